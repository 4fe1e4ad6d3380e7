using System.Text;
using DockerArchive.Systemd;

namespace DockerArchive.SshTests;

/// <summary>Following a journal over a connection that breaks. The sshd is real; journalctl is a stand-in, as there is no journald here.</summary>
public sealed class FollowTests
{
    private const string Journalctl =
        """
        #!/bin/sh
        printf '%s\n' '{"__REALTIME_TIMESTAMP":"1","__CURSOR":"c1","MESSAGE":"one"}'
        case $* in
            *--follow*)
                printf '%s\n' '{"__REALTIME_TIMESTAMP":"2","__CURSOR":"c2","MESSAGE":"two"}'
                exec sleep 300
                ;;
        esac
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_that_nobody_can_open_again_is_an_error_that_names_the_cursor()
    {
        using var sshd = new LoopbackSshd();
        using var relay = new CountingRelay(sshd.Port);
        using var guest = await GuestConnection.OpenAsync(sshd.Endpoint with { Port = relay.Port }, TimeSpan.FromSeconds(20), Token);
        const string script = "mkdir -p ~/bin; cat >~/bin/journalctl; chmod +x ~/bin/journalctl; echo 'PATH=~/bin:$PATH' >~/.bashrc";
        await guest.CollectAsync(
            new RemoteCommand(script) { Stdin = (stdin, stop) => stdin.WriteAsync(Encoding.UTF8.GetBytes(Journalctl), stop).AsTask() }, Token);
        var warnings = new List<string>();
        var given = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);

        // As a session of Posh-SSH: it gives the same connection however often it is asked.
        var machine = new Machine("loopback", null, _ => Task.FromResult<IShell>(guest));
        var following = new Journal(machine, new JournalQuery(), warnings.Add).FollowAsync(
            entry =>
            {
                if (entry.Message == "two")
                    given.TrySetResult(entry.Message);
                return ValueTask.CompletedTask;
            },
            Token);
        Assert.Equal("two", await given.Task.WaitAsync(TimeSpan.FromSeconds(20), Token));
        relay.Cut();

        var error = await Assert.ThrowsAsync<ArchiveException>(() => following.WaitAsync(TimeSpan.FromSeconds(30), Token));
        Assert.Equal("GuestConnectionLost", error.ErrorId);
        Assert.EndsWith("-After 'c2'", error.Message, StringComparison.Ordinal);
        Assert.Empty(warnings);
    }
}
