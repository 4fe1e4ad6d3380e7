using System.Text;

namespace DockerArchive.SshTests;

/// <summary>Logins of cmdlets. The guest has no systemd, and only who is in can say so.</summary>
[Collection("Home directory")]
public sealed class LoginTests(SshdContainer container) : IClassFixture<SshdContainer>, IDisposable
{
    private const string In = "SystemdMissing";

    private readonly string _env = Path.Combine(container.EnvironmentDirectory, ".env");
    private readonly string _before = File.ReadAllText(Path.Combine(container.EnvironmentDirectory, ".env"));

    public void Dispose() => File.WriteAllText(_env, _before);

    [Fact]
    public void The_archives_own_login_is_the_default() => Assert.Equal(In, ErrorOf(""));

    [Theory]
    [InlineData("keys/id", "keys")]
    [InlineData("~/.ssh/id", "home/.ssh")]
    public void The_key_of_dot_env_is_found(string written, string directory)
    {
        var home = Environment.GetEnvironmentVariable("HOME");
        Environment.SetEnvironmentVariable("HOME", Path.Combine(container.EnvironmentDirectory, "home"));
        try
        {
            Authorize(Path.Combine(container.EnvironmentDirectory, directory));
            File.WriteAllText(_env, $"{_before}IDENTITY_FILE={written}\n");

            // With another password than the well-known one, the key alone is the way in.
            container.Inside("echo root:other | chpasswd");
            Assert.Equal(In, ErrorOf(""));
        }
        finally
        {
            container.Inside("echo root:root | chpasswd");
            Environment.SetEnvironmentVariable("HOME", home);
        }
    }

    [Fact]
    public void A_key_of_dot_env_that_is_missing_is_named()
    {
        File.WriteAllText(_env, $"{_before}IDENTITY_FILE=keys/none\n");

        var error = Assert.Single(container.Run($"Get-BuildkitStatus {container.Name}").Errors);

        Assert.StartsWith("IdentityFileNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(container.EnvironmentDirectory, "keys", "none"), error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_credential_goes_before_the_key_of_dot_env()
    {
        File.WriteAllText(_env, $"{_before}IDENTITY_FILE=keys/none\n");

        Assert.Equal(In, ErrorOf($"-Credential {Credential("root")}"));
    }

    [Fact]
    public void Starting_takes_the_same_logins()
    {
        var key = Authorize(Directory.CreateDirectory(Path.Combine(container.EnvironmentDirectory, "start")).FullName);

        Assert.Equal("SshReady", Assert.Single(container.Succeeded($"Start-ArchiveEnv {container.Name} -Until SshReady -IdentityFile '{key}'")).Properties["State"].Value.ToString());
        Assert.Equal("IdentityFileNotFound", container.Run($"Start-ArchiveEnv {container.Name} -Until SshReady -IdentityFile '{key}.none'").ErrorId);
    }

    [Fact]
    public async Task A_password_is_nowhere_to_be_seen()
    {
        var password = Guid.NewGuid().ToString("n");
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var seen = Task.Run(() => CommandLinesWith(password, watching.Token), CancellationToken.None);

        var result = container.Run(
            $"$p = [pscredential]::new('root', [Net.NetworkCredential]::new('', '{password}').SecurePassword); "
            + $"Get-BuildkitStatus {container.Name} -Credential $p -Verbose -Debug 4>&1 5>&1");
        await watching.CancelAsync();

        Assert.Equal("GuestLoginFailed", result.ErrorId);
        var error = result.Errors[0];
        Assert.Contains("as 'root'", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("-Credential", error.ToString(), StringComparison.Ordinal);
        var text = new StringBuilder().AppendJoin('\n', result.Output).AppendJoin('\n', result.Warnings)
            .Append(error.Exception).Append(error.TargetObject).Append(error.CategoryInfo).ToString();
        Assert.DoesNotContain(password, text, StringComparison.Ordinal);
        Assert.Empty(await seen);
    }

    internal static string Credential(string password) =>
        $"([pscredential]::new('root', [Net.NetworkCredential]::new('', '{password}').SecurePassword))";

    private string ErrorOf(string parameters) => container.Run($"Get-BuildkitStatus {container.Name} {parameters}").ErrorId;

    private string Authorize(string directory)
    {
        var key = Path.Combine(Directory.CreateDirectory(directory).FullName, "id");
        Cli.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        container.Inside($"mkdir -p -m 700 /root/.ssh; echo '{File.ReadAllText($"{key}.pub").Trim()}' >>/root/.ssh/authorized_keys");
        return key;
    }

    private static List<string> CommandLinesWith(string word, CancellationToken cancellation)
    {
        List<string> found = [];
        while (!cancellation.IsCancellationRequested)
        {
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(d[^1])))
            {
                try
                {
                    if (File.ReadAllText($"{process}/cmdline") is var line && line.Contains(word, StringComparison.Ordinal))
                        found.Add(line);
                }
                catch (IOException)
                {
                    // It ended.
                }
            }
        }

        return found;
    }
}
