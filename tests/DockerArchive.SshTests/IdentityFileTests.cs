using System.Management.Automation;
using System.Net;
using DockerArchive.Vm;

namespace DockerArchive.SshTests;

/// <summary>Private keys, as ssh-keygen makes them, at a real sshd.</summary>
public sealed class IdentityFileTests : IDisposable
{
    private const string Passphrase = "un secret à 2 €";

    private readonly LoopbackSshd _sshd = new();

    public void Dispose() => _sshd.Dispose();

    [Theory]
    [InlineData("ed25519", "RFC4716", "")]
    [InlineData("ed25519", "RFC4716", Passphrase)]
    [InlineData("rsa", "RFC4716", "")]
    [InlineData("rsa", "RFC4716", Passphrase)]
    [InlineData("rsa", "PEM", "")]
    [InlineData("rsa", "PEM", Passphrase)]
    [InlineData("rsa", "PKCS8", "")]
    [InlineData("rsa", "PKCS8", Passphrase)]
    [InlineData("ecdsa", "RFC4716", "")]
    [InlineData("ecdsa", "RFC4716", Passphrase)]
    [InlineData("ecdsa", "PEM", "")]
    [InlineData("ecdsa", "PEM", Passphrase)]
    [InlineData("ecdsa", "PKCS8", "")]
    [InlineData("ecdsa", "PKCS8", Passphrase)]
    public async Task Each_type_and_form_logs_in(string type, string form, string passphrase)
    {
        var file = _sshd.MakeIdentity("-t", type, "-m", form, "-N", passphrase);

        Assert.Equal("in\n", await EchoAsync(file, passphrase));
    }

    [Theory]
    [InlineData("256")]
    [InlineData("384")]
    [InlineData("521")]
    public async Task Each_curve_logs_in(string bits) =>
        Assert.Equal("in\n", await EchoAsync(_sshd.MakeIdentity("-t", "ecdsa", "-b", bits, "-N", ""), null));

    [Theory]
    [InlineData("ed25519", "RFC4716", null, "is encrypted*-IdentityFile")]
    [InlineData("ed25519", "RFC4716", "wrong-" + Passphrase, "cannot be decrypted*-Credential")]
    [InlineData("rsa", "PEM", null, "is encrypted*-IdentityFile")]
    [InlineData("rsa", "PEM", "wrong-" + Passphrase, "cannot be decrypted*-Credential")]
    [InlineData("ecdsa", "PKCS8", null, "is encrypted*-IdentityFile")]
    [InlineData("ecdsa", "PKCS8", "wrong-" + Passphrase, "cannot be decrypted*-Credential")]
    public async Task A_missing_or_wrong_passphrase_is_told_and_not_repeated(string type, string form, string? given, string message)
    {
        var file = _sshd.MakeIdentity("-t", type, "-m", form, "-N", Passphrase);

        var e = await Assert.ThrowsAsync<ArchiveException>(() => EchoAsync(file, given));

        Assert.Equal(("IdentityFileUnreadable", ErrorCategory.SecurityError, file), (e.ErrorId, e.Category, e.Target));
        Assert.True(WildcardPattern.Get($"The private key '{file}' {message}*", WildcardOptions.None).IsMatch(e.Message), e.Message);
        Assert.DoesNotContain(Passphrase, e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_key_is_told_so()
    {
        var e = await Assert.ThrowsAsync<ArchiveException>(() => EchoAsync($"{_sshd.IdentityFile}.pub", null));

        Assert.Equal("IdentityFileUnreadable", e.ErrorId);
        Assert.Contains("must be an ed25519, ECDSA or RSA key", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_key_names_user_key_and_remedy()
    {
        var file = Path.Combine(_sshd.Home, "stranger");
        Cli.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file);

        var e = await Assert.ThrowsAsync<GuestLoginException>(() => EchoAsync(file, null));

        Assert.Contains($"as '{Environment.UserName}'", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{file}. Give another with -IdentityFile", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", false, "root")]
    [InlineData("127.8.8.8", false, "root")]
    [InlineData("::1", false, "root")]
    [InlineData("192.0.2.7", true, "root")]
    [InlineData("192.0.2.7", false, null)]
    [InlineData("docker.example", false, null)]
    public void The_well_known_password_stays_on_this_machine(string host, bool allow, string? password)
    {
        if (password is not null)
        {
            Assert.Equal(password, GuestLogin.For(At(host), null, null, allow).Password);
            return;
        }

        var e = Assert.Throws<ArchiveException>(() => GuestLogin.For(At(host), null, null, allow));
        Assert.Equal(("DefaultPasswordRefused", ErrorCategory.SecurityError), (e.ErrorId, e.Category));
        Assert.Contains("-AllowDefaultPassword", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_user_gives_goes_anywhere() =>
        Assert.Equal(
            ("me", "mine"),
            (GuestLogin.For(At("192.0.2.7"), new NetworkCredential("me", "mine"), null, false) is var login ? (login.User, login.Password) : default));

    [Fact]
    public void A_login_in_a_message_shows_no_secret() =>
        Assert.Equal("me", new GuestLogin("me", "password", "/key", "passphrase").ToString());

    private static ArchiveInstance At(string host) => new()
    {
        Project = "x",
        ContainerId = new string('0', 64),
        ContainerName = "x-vm-1",
        Service = "vm",
        Image = "x",
        State = InstanceState.Running,
        Acceleration = Acceleration.Tcg,
        ComputerName = host,
        Port = 22,
    };

    private async Task<string> EchoAsync(string identityFile, string? passphrase)
    {
        using var guest = await GuestConnection.OpenAsync(
            _sshd.EndpointFor(new GuestLogin(Environment.UserName, null, identityFile, passphrase)),
            TimeSpan.FromSeconds(20),
            TestContext.Current.CancellationToken);
        return (await guest.RunAsync("echo in", TestContext.Current.CancellationToken)).StdoutText;
    }
}
