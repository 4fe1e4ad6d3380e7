using System.Management.Automation;
using System.Text;

namespace DockerArchive.IntegrationTests;

/// <summary>What happens inside a guest, in a real virtual machine.</summary>
[Collection(nameof(RunningEnvironment))]
public sealed class GuestTests(RunningEnvironment environment)
{
    private const string Name = RunningEnvironment.Name;

    private ModuleRunspace Module => environment.Module;

    [Fact]
    public void Commands_stream_with_input_and_end_with_their_exit_codes()
    {
        var result = Module.Run($"'one', 'two' | Invoke-ArchiveCommand {Name} 'cat -n; systemctl is-active buildkit; exit 3'");

        Assert.Equal(["     1\tone", "     2\ttwo", "active"], result.Output.Select(o => o.BaseObject));
        Assert.Equal("RemoteCommandFailed", result.ErrorId);
    }

    [Fact]
    public void Sixty_commands_share_the_connection()
    {
        var output = RunningEnvironment.Succeeded(Module.Run(
            $"foreach ($i in 1..60) {{ Invoke-ArchiveCommand {Name} \"echo $i\" }}"));

        Assert.Equal(Enumerable.Range(1, 60).Select(i => $"{i}"), output.Select(o => (string)o.BaseObject));
        Assert.Equal("1", RunningEnvironment.InGuest("ps -ef | grep '[s]shd: root@notty' | grep -vc $PPID").Trim());
    }

    [Fact]
    public async Task Stopping_leaves_nothing_in_the_guest()
    {
        using var powershell = Module.Create($"Invoke-ArchiveCommand {Name} 'trap \"\" INT; sleep 424242; sleep 424242'");
        var running = powershell.BeginInvoke();
        Assert.True(SpinWait.SpinUntil(
            () => RunningEnvironment.InGuest("ps -ef").Contains("sleep 424242", StringComparison.Ordinal), TimeSpan.FromSeconds(60)));

        await powershell.StopAsync(null, null);

        Assert.Throws<PipelineStoppedException>(() => powershell.EndInvoke(running));
        Assert.DoesNotContain("sleep 424242", RunningEnvironment.InGuest("ps -ef"), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_go_in_and_come_back_as_they_were()
    {
        using var here = new TemporaryTree();
        var text = new string('x', 100_000) + "é漢\n";
        File.WriteAllText(Path.Combine(here.Path, "a b'c"), text, new UTF8Encoding(false));
        File.SetLastWriteTimeUtc(Path.Combine(here.Path, "a b'c"), new DateTime(2019, 3, 1, 12, 0, 0, DateTimeKind.Utc));

        RunningEnvironment.Succeeded(Module.Run($"Copy-ArchiveItem {Name} '{here.Path}' /root/tree -ToGuest -Recurse"));
        RunningEnvironment.Succeeded(Module.Run($"Copy-ArchiveItem {Name} /root/tree '{here.Path}/back' -FromGuest -Recurse"));
        RunningEnvironment.InGuest("rm -r /root/tree");

        var back = Path.Combine(here.Path, "back", "a b'c");
        Assert.Equal(text, File.ReadAllText(back));
        Assert.Equal(new DateTime(2019, 3, 1, 12, 0, 0, DateTimeKind.Utc), File.GetLastWriteTimeUtc(back));
    }

    private sealed class TemporaryTree : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("dockerarchive-tree").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
