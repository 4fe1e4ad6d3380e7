using System.Management.Automation;

namespace DockerArchive.IntegrationTests;

/// <summary>The daemon of a real guest: workers, cache, restart and crash.</summary>
[Collection(nameof(RunningEnvironment))]
public sealed class DaemonTests(RunningEnvironment environment) : IDisposable
{
    private const string Name = RunningEnvironment.Name;

    private readonly string _directory = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    private ModuleRunspace Module => environment.Module;

    private static string Hello => Path.Combine(ModuleRunspace.Root, "examples", "hello");

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        if (RunningEnvironment.InGuest("systemctl -q is-active buildkit.socket && systemctl -q is-active buildkit.service && echo both") != "both")
            RunningEnvironment.Succeeded(Module.Run($"Restart-BuildkitService {Name} -Wait"));
    }

    /// <summary>What the engine itself has in its cache.</summary>
    private static string[] Records() => RunningEnvironment.InGuest(
        "curl -s --unix-socket /run/docker.sock http://d/system/df | jq -r '.BuildCache[].ID' | LC_ALL=C sort").Split('\n');

    private PSObject One(string script) => Assert.Single(RunningEnvironment.Succeeded(Module.Run(script)));

    private string[] Ask(string expression, PSObject of) => [.. Module.Run(expression, ("it", of)).Output.Select(o => $"{o}")];

    [Fact]
    public void The_worker_is_told()
    {
        var worker = One($"Get-BuildkitWorker {Name}");

        Assert.Equal(("moby", Name, "oci"), (worker.Properties["Id"].Value, worker.Properties["Environment"].Value, worker.Properties["Executor"].Value));
        Assert.Equal(["linux/amd64"], Ask("$it.Platforms", worker));
    }

    [Fact]
    public void The_cache_is_listed_and_cleared()
    {
        RunningEnvironment.Succeeded(Module.Run($"Invoke-BuildctlBuild {Name} $hello -NoCache", ("hello", Hello)));
        // A record that was never used is older than any time.
        Assert.Empty(Ask("$it.Records | Where-Object LastUsedAt", One($"Clear-BuildkitCache {Name} -KeepDuration 1.00:00:00")));
        Assert.Empty(Ask("$it.Records", One($"Clear-BuildkitCache {Name} -KeepBytes 10.5GB")));
        Assert.Empty(RunningEnvironment.Succeeded(Module.Run($"Clear-BuildkitCache {Name} -All -WhatIf")));
        PSObject before;
        string[] ids;
        do
        {
            // What a build has held is let go a while after its end.
            ids = Records();
            before = One($"Get-BuildkitDiskUsage {Name}");
        }
        while (!ids.SequenceEqual(Records()));

        Assert.Equal(ids, Ask("$it.Records.Id", before).Order(StringComparer.Ordinal));
        Assert.Equal(Name, before.Properties["Environment"].Value);
        Assert.True((long)before.Properties["Total"].Value > 1000);

        var cleared = One($"Clear-BuildkitCache {Name} -All");
        Assert.Equal(ids, Ask("$it.Records.Id", cleared).Order(StringComparer.Ordinal));
        Assert.Equal(before.Properties["Total"].Value, cleared.Properties["Total"].Value);
        var after = One($"Get-BuildkitDiskUsage {Name}");
        Assert.Equal(0L, after.Properties["Total"].Value);
        Assert.Empty(Ask("$it.Records", after));
    }

    [Fact]
    public void A_daemon_that_does_not_answer_is_an_error_that_names_the_way_on()
    {
        RunningEnvironment.InGuest("systemctl stop buildkit.socket buildkit.service");
        foreach (var cmdlet in (string[])["Get-BuildkitDiskUsage", "Clear-BuildkitCache"])
        {
            var run = Module.Run($"{cmdlet} {Name}");
            Assert.Equal("DaemonNotAnswering", run.ErrorId);
            Assert.Contains("Get-BuildkitStatus", run.Errors[0].ToString(), StringComparison.Ordinal);
        }

        var status = One($"Get-BuildkitStatus {Name}");
        Assert.False((bool)status.Properties["Healthy"].Value);
        Assert.Contains("UnitNotActive", Ask("$it.Problems.Id", status));
        Assert.Contains("SocketNotListening", Ask("$it.Problems.Id", status));
    }

    [Fact]
    public void A_crash_shows_with_its_signal_and_the_journal_around_it_until_a_restart()
    {
        var before = RunningEnvironment.InGuest("systemctl show -p MainPID --value buildkit");
        Assert.Empty(RunningEnvironment.Succeeded(Module.Run($"Restart-BuildkitService {Name} -WhatIf")));
        Assert.Equal(before, RunningEnvironment.InGuest("systemctl show -p MainPID --value buildkit"));
        RunningEnvironment.InGuest("systemctl kill -s KILL buildkit.service; while systemctl -q is-active buildkit.service; do sleep 0.1; done");
        var status = One($"Get-BuildkitStatus {Name}");

        Assert.False((bool)status.Properties["Healthy"].Value);
        Assert.Equal(["Failed", "signal", "SIGKILL"], Ask("$it.Service.ActiveState; $it.Service.Result; $it.Service.SignalName", status));
        var problem = Assert.Single(Module.Run("$it.Problems | Where-Object Id -eq UnitFailed", ("it", status)).Output);
        Assert.Contains("SIGKILL", (string)problem.Properties["Message"].Value, StringComparison.Ordinal);
        Assert.Contains(Ask("$it.Entries.Message", problem), m => m.Contains("status=9/KILL", StringComparison.Ordinal));

        var restarted = One($"Restart-BuildkitService {Name} -Wait -PassThru");
        Assert.True((bool)restarted.Properties["Healthy"].Value);
        Assert.NotEqual([before], Ask("$it.Service.MainPid", restarted));
        Assert.NotEmpty(Ask("$it.Workers", restarted));
    }

    [Fact]
    public void A_daemon_that_waits_to_be_restarted_and_one_that_is_absent_are_told_apart()
    {
        const string DropIn = "/run/systemd/system/buildkit.service.d";
        RunningEnvironment.InGuest(
            $"mkdir -p {DropIn}; printf '[Service]\\nRestart=always\\nRestartSec=600\\n' >{DropIn}/test.conf; systemctl daemon-reload; "
            + "systemctl stop buildkit.socket; systemctl start buildkit.service; systemctl kill -s KILL buildkit.service; "
            + "while ! systemctl show -p SubState buildkit.service | grep -q auto-restart; do sleep 0.1; done");
        try
        {
            var restarting = One($"Get-BuildkitStatus {Name}");
            Assert.Equal(["Activating", "auto-restart"], Ask("$it.Service.ActiveState; $it.Service.SubState", restarting));
            Assert.Contains(Ask("$it.Problems.Message", restarting), m => m.Contains("is waiting to be restarted", StringComparison.Ordinal));
            Assert.False((bool)restarting.Properties["Healthy"].Value);
        }
        finally
        {
            RunningEnvironment.InGuest($"rm -r {DropIn}; systemctl daemon-reload");
        }

        var absent = One($"Get-BuildkitStatus {Name} -Unit nothing");
        Assert.Equal(["NotFound"], Ask("$it.Service.LoadState", absent));
        Assert.Contains("UnitNotFound", Ask("$it.Problems.Id", absent));
    }

    [Fact]
    public void A_guest_without_the_unit_is_ready_when_it_has_booted()
    {
        var units = RunningEnvironment.InGuest("systemctl show -p FragmentPath --value buildkit.service buildkit.socket").Replace("\n", " ", StringComparison.Ordinal);
        RunningEnvironment.InGuest($"systemctl stop buildkit.socket buildkit.service; mkdir /root/units; mv {units} /root/units; systemctl daemon-reload");
        try
        {
            Assert.Equal("not-found", RunningEnvironment.InGuest("systemctl show -p LoadState --value buildkit.service"));
            Assert.Equal("ServiceReady", $"{One($"Wait-ArchiveEnv {Name} -TimeoutSec 120").Properties["State"].Value}");
        }
        finally
        {
            RunningEnvironment.InGuest($"mv /root/units/* $(dirname {units.Split(' ')[0]}); rmdir /root/units; systemctl daemon-reload");
        }
    }

    [Fact]
    public void A_unit_that_cannot_start_is_an_error_with_systemds_words()
    {
        var run = Module.Run($"Restart-BuildkitService {Name} -Unit nothing");

        Assert.Equal("ServiceNotRestarted", run.ErrorId);
        Assert.Contains("nothing.service", run.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_whose_daemon_is_restarted_says_so()
    {
        File.WriteAllText(Path.Combine(_directory, "Dockerfile"), "FROM scratch\nCOPY hello /hello\nRUN [\"/hello\", \"interrupted\", \"1000\", \"500\"]\n");
        File.Copy(Path.Combine(Hello, "hello"), Path.Combine(_directory, "hello"));
        using var build = Module.Create($"Invoke-BuildctlBuild {Name} '{_directory}' -NoCache -Stream | Where-Object Kind -eq StepLog");
        var output = new PSDataCollection<PSObject>();
        var logged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        output.DataAdded += (_, _) => logged.TrySetResult();
        var building = build.InvokeAsync<PSObject, PSObject>(null, output);
        await logged.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        using var other = new ModuleRunspace();
        var restart = other.Run($"Restart-BuildkitService {Name} -Wait");
        Assert.Empty(restart.Errors);
        Assert.Contains(restart.Warnings, w => w.Contains("it ends before the restart or fails: ", StringComparison.Ordinal));
        await building.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);

        var error = Assert.Single(build.Streams.Error);
        Assert.StartsWith("BuildInterrupted,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("buildkit.service was restarted while the build ran", error.Exception.Message, StringComparison.Ordinal);

        // This guest's unit leaves the containers of its daemon alone (KillMode=process).
        RunningEnvironment.InGuest("pkill -f '^/hello interrupted'");
    }
}
