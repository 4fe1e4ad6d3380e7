using System.Management.Automation;
using System.Runtime.Versioning;

namespace DockerArchive.SshTests;

/// <summary>Pins of host keys, of a real sshd.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class HostKeyTests : IDisposable
{
    private const string OnlyEd25519 = "HostKeyAlgorithms ssh-ed25519";
    private const string OnlyEcdsa = "HostKeyAlgorithms ecdsa-sha2-nistp256";

    private readonly LoopbackSshd _sshd = new();
    private readonly GuestEndpoint _endpoint;

    public HostKeyTests() => _endpoint = _sshd.Endpoint;

    public void Dispose()
    {
        HostKeyPins.Remove(_endpoint.ContainerId);
        _sshd.Dispose();
    }

    private string Pin => HostKeyPins.FileOf(_endpoint.ContainerId);

    [Fact]
    public async Task The_first_contact_pins_for_its_user_alone_in_open_sshs_form()
    {
        await ConnectAsync();

        Assert.Contains(
            "found: line 1",
            Cli.Run("ssh-keygen", "-F", HostKeyPins.AliasOf(_endpoint.ContainerId), "-f", Pin),
            StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Pin));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(Pin)!));
    }

    [Theory]
    [InlineData(OnlyEd25519, "ssh-ed25519")]
    [InlineData(OnlyEcdsa, "ecdsa-sha2-nistp256")]
    [InlineData("HostKeyAlgorithms rsa-sha2-256", "ssh-rsa")]
    [InlineData("HostKeyAlgorithms ssh-rsa", "ssh-rsa")]
    public async Task The_type_pinned_first_is_demanded_also_where_there_are_others(string first, string type)
    {
        _sshd.Restart(first);
        await ConnectAsync();
        _sshd.Restart();
        await ConnectAsync();

        Assert.Equal([type], HostKeyPins.Keys(_endpoint.ContainerId).Keys);
    }

    [Fact]
    public async Task A_changed_key_is_an_alarm_that_says_what_to_do()
    {
        await ConnectAsync();
        var pinned = await File.ReadAllTextAsync(Pin, TestContext.Current.CancellationToken);
        _sshd.MakeHostKeys();
        _sshd.Restart();

        var e = await Assert.ThrowsAsync<HostKeyChangedException>(ConnectAsync);

        Assert.Equal(("HostKeyChanged", ErrorCategory.SecurityError), (e.ErrorId, e.Category));
        Assert.Contains($"delete {Pin} and try again", e.Message, StringComparison.Ordinal);
        Assert.Equal(pinned, await File.ReadAllTextAsync(Pin, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_key_of_another_type_in_place_of_the_pinned_one_is_an_alarm()
    {
        _sshd.Restart(OnlyEd25519);
        await ConnectAsync();
        _sshd.Restart(OnlyEcdsa);

        await Assert.ThrowsAsync<HostKeyChangedException>(ConnectAsync);
    }

    [Fact]
    public async Task Deleting_the_pin_makes_way_for_a_new_key()
    {
        await ConnectAsync();
        _sshd.MakeHostKeys();
        _sshd.Restart();
        File.Delete(Pin);

        await ConnectAsync();
    }

    [Fact]
    public async Task Further_keys_that_ssh_learned_count_too()
    {
        _sshd.Restart(OnlyEd25519);
        await ConnectAsync();
        var other = _sshd.Endpoint;
        _sshd.Restart(OnlyEcdsa);
        await ConnectAsync(other);
        await File.AppendAllTextAsync(
            Pin,
            (await File.ReadAllTextAsync(HostKeyPins.FileOf(other.ContainerId), TestContext.Current.CancellationToken))
                .Replace(HostKeyPins.AliasOf(other.ContainerId), HostKeyPins.AliasOf(_endpoint.ContainerId), StringComparison.Ordinal),
            TestContext.Current.CancellationToken);

        await ConnectAsync();
    }

    [Fact]
    public async Task A_pin_that_cannot_be_written_ends_the_login_before_it_begins()
    {
        StateFolder.Create(Path.GetDirectoryName(Pin)!);
        Directory.CreateDirectory(Pin);

        var e = await Assert.ThrowsAsync<ArchiveException>(ConnectAsync);

        Assert.Equal("HostKeyNotPinned", e.ErrorId);
        Directory.Delete(Pin);
    }

    [Fact]
    public void Many_at_once_pin_one_key()
    {
        var keys = Enumerable.Range(0, 200).Select(i => Key((byte)(i % 2))).ToArray();
        var held = new System.Collections.Concurrent.ConcurrentBag<byte>();

        Parallel.ForEach(keys, new ParallelOptions { MaxDegreeOfParallelism = 16 }, key =>
        {
            try
            {
                HostKeyPins.Verify(_endpoint.ContainerId, key);
                held.Add(key[^1]);
            }
            catch (HostKeyChangedException)
            {
                // One of the two keys loses.
            }
        });

        Assert.Equal(100, held.Count);
        Assert.Single(held.Distinct());

        static byte[] Key(byte last) => [0, 0, 0, 11, .. "ssh-ed25519"u8, 0, 0, 0, 1, last];
    }

    private Task ConnectAsync() => ConnectAsync(_endpoint);

    private static async Task ConnectAsync(GuestEndpoint endpoint)
    {
        using var guest = await GuestConnection.OpenAsync(endpoint, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(0, (await guest.RunAsync("exit 0", TestContext.Current.CancellationToken)).Exit.Code);
    }
}
