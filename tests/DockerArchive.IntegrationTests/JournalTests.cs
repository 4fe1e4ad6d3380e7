using System.Management.Automation;
using System.Threading.Channels;

namespace DockerArchive.IntegrationTests;

/// <summary>The journal of a real guest.</summary>
[Collection(nameof(RunningEnvironment))]
public sealed class JournalTests(RunningEnvironment environment) : IDisposable
{
    private const string Name = RunningEnvironment.Name;

    private readonly string _unit = $"dockerarchive-test-{Guid.NewGuid().ToString("n")[..8]}";
    private bool _hasUnit;

    private IReadOnlyList<PSObject> Read(string arguments) =>
        RunningEnvironment.Succeeded(environment.Module.Run($"Get-BuildkitJournal {Name} {arguments}"));

    private static string[] Cursors(IEnumerable<PSObject> entries) => [.. entries.Select(e => (string)e.Properties["Cursor"].Value)];

    private static string?[] Messages(IEnumerable<PSObject> entries) => [.. entries.Select(e => (string?)e.Properties["Message"].Value)];

    /// <summary>Lets a unit of the guest write lines.</summary>
    private void Write(string script)
    {
        _hasUnit = true;
        RunningEnvironment.InGuest($"cat >/run/{_unit}.sh <<'END'\n{script}\nEND\n"
            + $"printf '[Service]\\nType=oneshot\\nExecStart=/bin/sh /run/{_unit}.sh\\n' >/run/systemd/system/{_unit}.service; "
            + $"systemctl daemon-reload; systemctl start {_unit}; journalctl --sync");
    }

    public void Dispose()
    {
        if (_hasUnit)
            RunningEnvironment.InGuest($"rm /run/{_unit}.sh /run/systemd/system/{_unit}.service; systemctl daemon-reload");
    }

    [Fact]
    public void The_entries_are_those_of_journalctl()
    {
        var expected = RunningEnvironment.InGuest("journalctl -u buildkit.service -b -a -o json --no-pager | jq -r .__CURSOR").Split('\n');
        var entries = Read("-Boot 0");

        Assert.Equal(expected, Cursors(entries).Take(expected.Length));
        Assert.All(entries, e => Assert.Equal(Name, e.Properties["Environment"].Value));
        Assert.All(entries, e => Assert.Equal("buildkit.service", e.Properties["Unit"].Value));
        Assert.Equal("Info", $"{entries.First(e => $"{e.Properties["LogMessage"].Value}".StartsWith("API listen", StringComparison.Ordinal)).Properties["Level"].Value}");
    }

    [Fact]
    public void What_is_asked_for_is_chosen_in_the_guest()
    {
        Write("""
            for i in 1 2 3 4 5 6; do echo "time=\"2026-01-01T00:00:0${i}Z\" level=info msg=\"number $i\""; done; echo "level=error msg=bad"; echo "<3>plain error"; echo plain; printf "time=x level=warning msg=\"\377\"\n"
            """);
        var all = Read($"-Unit {_unit}");
        var written = all.Where(e => e.Properties["Identifier"].Value is "sh").ToArray();
        var cursors = Cursors(all);
        var time = ((DateTimeOffset)written[3].Properties["Time"].Value).ToString("o");

        Assert.Equal(10, written.Length);
        Assert.Equal(cursors[^3..], Cursors(Read($"-Unit {_unit} -Tail 3")));
        Assert.Empty(Read($"-Unit {_unit} -Tail 0"));
        Assert.Equal(cursors[4..], Cursors(Read($"-Unit {_unit} -After '{cursors[3]}'")));
        Assert.Equal(cursors[4..], Cursors(environment.Module.Run("$entry | Get-BuildkitJournal -Unit " + _unit, ("entry", all[3])).Output));
        Assert.Equal(cursors, Cursors(Read($"-Unit {_unit[..^3]}*, none.service")));
        Assert.Equal(
            cursors.Where((_, i) => (DateTimeOffset)all[i].Properties["Time"].Value >= (DateTimeOffset)written[3].Properties["Time"].Value),
            Cursors(Read($"-Unit {_unit} -Since {time}")));
        Assert.Equal(
            cursors.Where((_, i) => (DateTimeOffset)all[i].Properties["Time"].Value <= (DateTimeOffset)written[3].Properties["Time"].Value),
            Cursors(Read($"-Unit {_unit} -Until {time}")));
        Assert.Equal(["level=error msg=bad", "plain error", "time=x level=warning msg=\"\ufffd\""], Messages(Read($"-Unit {_unit} -Level Warning")));
        Assert.Equal(["level=error msg=bad", "plain error"], Messages(Read($"-Unit {_unit} -Level Error")));
        Assert.Equal(["plain error", "time=x level=warning msg=\"\ufffd\""], Messages(Read($"-Unit {_unit} -Level Warning -Tail 2")));
        Assert.Equal(["level=error msg=bad", "plain error"], Messages(Read($"-Unit {_unit} -Grep '(bad|plain) ?e?' -Level Error")));
        Assert.Single(Read($"-Unit {_unit} -Grep 'number [4]'"));
        Assert.Equal(cursors, Cursors(Read($"-Unit {_unit} -Boot {RunningEnvironment.InGuest("tr -d - </proc/sys/kernel/random/boot_id")}")));
    }

    [Theory]
    [InlineData("-After nonsense", "CursorInvalid")]
    [InlineData("-Boot -77", "JournalUnreadable")]
    [InlineData("-Grep '('", "JournalUnreadable")]
    [InlineData("-Follow -Until 2026-01-01", "ParametersConflict")]
    [InlineData("-After x -Since 2026-01-01", "ParametersConflict")]
    [InlineData("-Unit 'a b'", "UnitNameInvalid")]
    [InlineData("-Boot x", "ParameterArgumentValidationError")]
    [InlineData("-Unit \"a`0*\"", "ParameterArgumentValidationError")]
    public void What_cannot_be_asked_is_an_error(string arguments, string id) =>
        Assert.Equal(id, environment.Module.Run($"Get-BuildkitJournal {Name} {arguments}").ErrorId);

    [Fact]
    public void Hostile_messages_arrive_as_they_are()
    {
        // logger is gone before journald can ask which unit it was in; root may name one.
        RunningEnvironment.InGuest(
            $"{{ printf 'MESSAGE=\\033]2;title\\007\\001 bell\\n_PID=1\\nENVIRONMENT=mine\\nTIME=noon\\nLEVEL=panic\\nPRIORITY=2\\nSYSLOG_IDENTIFIER={_unit}\\nOBJECT_SYSTEMD_UNIT={_unit}.service\\n\\n'; }} | logger --journald;"
            + $"{{ printf 'SYSLOG_IDENTIFIER={_unit}\\nOBJECT_SYSTEMD_UNIT={_unit}.service\\nMESSAGE='; head -c 1000000 /dev/zero | tr '\\0' x; printf '\\n\\n'; }} | logger --journald;"
            + $"printf 'MESSAGE=one\\nMESSAGE=two\\nMESSAGE=\\377\\nX={{\\x22MESSAGE\\x22:\\x22level=panic\\nSYSLOG_IDENTIFIER={_unit}\\nOBJECT_SYSTEMD_UNIT={_unit}.service\\n\\n' | logger --journald; journalctl --sync");
        var found = RunningEnvironment.Succeeded(environment.Module.Run($"Get-BuildkitJournal {Name} -Unit {_unit}"));

        Assert.Equal(3, found.Count);
        Assert.Equal("\e]2;title\a\u0001 bell", found[0].Properties["Message"].Value);
        Assert.Equal("Crit", $"{found[0].Properties["Priority"].Value}");
        Assert.Equal(Name, found[0].Properties["Environment"].Value);
        Assert.Equal(1_000_000, ((string)found[1].Properties["Message"].Value).Length);
        Assert.Equal("one\ntwo\n\ufffd", found[2].Properties["Message"].Value);
        Assert.Null(found[2].Properties["Level"].Value);
    }

    [Fact]
    public async Task Following_survives_rotation_restarts_and_the_end_of_journalctl_and_connection_without_loss_or_repetition()
    {
        Write("echo history");
        using var powershell = environment.Module.Create(
            $"Get-BuildkitJournal {Name} -Unit {_unit}, buildkit -Follow -Tail 1000 -Level Info | Where-Object {{ $_.Identifier -eq 'sh' }} | ForEach-Object Message");
        var output = new PSDataCollection<PSObject>();
        var arrived = Channel.CreateUnbounded<string>();
        output.DataAdded += (_, e) => arrived.Writer.TryWrite($"{output[e.Index]}");
        var following = powershell.InvokeAsync<PSObject, PSObject>(null, output);
        await SeesAsync("history");
        Write("echo live");
        await SeesAsync("live");
        RunningEnvironment.InGuest("journalctl --rotate");
        Write("echo rotated");
        await SeesAsync("rotated");
        using var other = new ModuleRunspace();
        RunningEnvironment.Succeeded(other.Run($"Restart-BuildkitService {Name} -Wait"));
        Write("echo restarted");
        await SeesAsync("restarted");
        RunningEnvironment.InGuest("pkill -KILL -f '[j]ournalctl .*--follow'");
        Write("echo one; echo two");
        await SeesAsync("one");
        await SeesAsync("two");
        RunningEnvironment.InGuest("pkill -KILL -f 'sshd: [r]oot@notty'");
        SharedSsh.Abandon();
        Write("echo reconnected");
        await SeesAsync("reconnected");
        await powershell.StopAsync(null, null);

        await Assert.ThrowsAsync<PipelineStoppedException>(() => following);
        Assert.Equal(["history", "live", "rotated", "restarted", "one", "two", "reconnected"], output.Select(o => $"{o}"));
        Assert.Contains("no entry is lost", Assert.Single(powershell.Streams.Warning).Message, StringComparison.Ordinal);
        Assert.Equal("", RunningEnvironment.InGuest("pgrep -f '[j]ournalctl .*--follow'"));

        async Task SeesAsync(string expected) =>
            Assert.Equal(expected, await arrived.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }
}
