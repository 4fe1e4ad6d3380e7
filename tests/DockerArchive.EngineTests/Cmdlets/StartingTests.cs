using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using DockerArchive.EngineTests.Host;

namespace DockerArchive.EngineTests.Cmdlets;

/// <summary>What the cmdlets of an instance's life do before they have an engine, and without one.</summary>
public sealed class StartingTests : IDisposable
{
    private const string NoEngine = "-DockerHost unix:///nonexistent/docker.sock";

    private readonly ModuleRunspace _runspace = new();
    private readonly string _root = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    public StartingTests()
    {
        Write("one");
        Write("two");
    }

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private void Write(string name)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        File.WriteAllText(Path.Combine(directory, ".env"), $"VERSION=v1\nIMAGE={name}\nCOMPOSE_PROJECT_NAME=test-{name}\n");
        File.WriteAllText(
            Path.Combine(directory, "docker-compose.yml"), "services:\n  vm:\n    image: example.invalid/x:v1\n    ports: [\"40001:22\"]\n");
        File.WriteAllText(Path.Combine(directory, "docker-compose.mirror.yml"), "services:\n  vm:\n    image: mirror.invalid/x:v1\n");
    }

    private RunResult Run(string script) => _runspace.Run(script, ("root", _root));

    [Theory]
    [InlineData("-Instance two -Count 2", "InstanceAndCount", "give one of them")]
    [InlineData("-Instance Two", "InvalidInstanceName", "lower-case")]
    [InlineData("-Instance 'two/../x'", "InvalidInstanceName", "lower-case")]
    [InlineData("-Instance two-", "InvalidInstanceName", "at the end")]
    [InlineData("-Memory 2048", "InvalidMemory", "such as 4G")]
    [InlineData("-Memory 0G", "InvalidMemory", "such as 4G")]
    [InlineData("-Memory '1G -smp 9'", "InvalidMemory", "such as 4G")]
    public void What_cannot_be_started_so_is_refused_before_anything_is_done(string arguments, string errorId, string remedy)
    {
        var result = Run($"Start-ArchiveEnv one -Root $root {NoEngine} {arguments}");

        Assert.Equal(errorId, result.ErrorId);
        Assert.Equal(ErrorCategory.InvalidArgument, result.Errors[0].CategoryInfo.Category);
        Assert.Contains(remedy, result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Count 0")]
    [InlineData("-Count 101")]
    [InlineData("-Port 0")]
    [InlineData("-Port 65536")]
    [InlineData("-Cpus 0")]
    [InlineData("-ThrottleLimit 0")]
    [InlineData("-TimeoutSec 0")]
    [InlineData("-Until Running")]
    [InlineData("-Until Stopped")]
    [InlineData("-Pull Sometimes")]
    [InlineData("-Acceleration Xen")]
    [InlineData("-ListenAddress nowhere")]
    [InlineData("-Overlay ''")]
    public void Values_out_of_range_do_not_bind(string argument)
    {
        var error = Assert.Single(Run($"Start-ArchiveEnv one -Root $root {NoEngine} {argument}").Errors);

        Assert.IsAssignableFrom<ParameterBindingException>(error.Exception);
        Assert.Contains(argument.Split(' ')[0][1..], error.Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one -Count 3", "one|test-one-2 (one)|test-one-3 (one)")]
    [InlineData("one -Instance b", "test-one-b (one)")]
    [InlineData("one, two", "one|two")]
    [InlineData("*", "one|two")]
    [InlineData("test-two", "two")]
    public async Task WhatIf_names_every_instance_and_asks_no_engine(string arguments, string targets)
    {
        var result = await HostProcess.RunWithModule(
            ModuleRunspace.Root, "-NoProfile", "-Command", $"Start-ArchiveEnv {arguments} -Root '{_root}' {NoEngine} -WhatIf");

        Assert.Equal("", result.Error);
        Assert.Equal(
            targets.Split('|').Select(t => $"What if: Performing the operation \"Start\" on target \"{t}\"."),
            result.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Each_environment_that_cannot_be_started_is_an_error_of_its_own_and_holds_up_no_other()
    {
        var result = Run($"'one', 'nothing', 'two' | Start-ArchiveEnv -Root $root {NoEngine} -ThrottleLimit 1");

        Assert.Equal(3, result.Errors.Count);
        Assert.All(result.Errors, e => Assert.StartsWith("DockerUnavailable,", e.FullyQualifiedErrorId, StringComparison.Ordinal));
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("Stop-ArchiveEnv")]
    [InlineData("Remove-ArchiveEnv")]
    [InlineData("Restart-ArchiveEnv")]
    [InlineData("Wait-ArchiveEnv")]
    [InlineData("Get-ArchiveConsole")]
    public void Without_an_engine_there_is_one_error_that_names_it(string cmdlet)
    {
        var result = Run($"{cmdlet} one -Root $root {NoEngine}");

        Assert.Equal("DockerUnavailable", result.ErrorId);
        Assert.Contains("/nonexistent/docker.sock", result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_for_everybody_comes_with_a_warning() => Assert.Contains(
        "root with a known password",
        Assert.Single(Run($"Start-ArchiveEnv one -Root $root {NoEngine} -ListenAddress 0.0.0.0 -WhatIf").Warnings),
        StringComparison.Ordinal);

    [Fact]
    public void Overlays_are_completed_from_the_files() => Assert.Equal(
        ["mirror"],
        Run("(TabExpansion2 \"Start-ArchiveEnv one -Root '$root' -Overlay \").CompletionMatches | ForEach-Object CompletionText").As<string>());

    [Fact]
    public void Completion_does_not_wait_for_an_engine_that_says_nothing()
    {
        using var silent = new SilentEngine();
        var completions = Run($"(TabExpansion2 \"Stop-ArchiveEnv -Root '$root' -DockerHost {silent.Url} -Env tw\").CompletionMatches | ForEach-Object CompletionText");

        Assert.Equal(["two"], completions.As<string>());
    }

    [Theory]
    [InlineData("Start-ArchiveEnv")]
    [InlineData("Stop-ArchiveEnv")]
    [InlineData("Wait-ArchiveEnv")]
    public async Task Stopping_ends_the_wait_for_an_engine_that_says_nothing(string cmdlet)
    {
        using var silent = new SilentEngine();
        using var powershell = _runspace.Create($"{cmdlet} one -Root '{_root}' -DockerHost {silent.Url}");
        var running = powershell.InvokeAsync();
        using var asked = await silent.Listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);

        await powershell.StopAsync(null, null);

        await Assert.ThrowsAsync<PipelineStoppedException>(() => running);
    }

    /// <summary>Takes connections and never answers.</summary>
    private sealed class SilentEngine : IDisposable
    {
        public SilentEngine() => Listener.Start();

        public TcpListener Listener { get; } = new(IPAddress.Loopback, 0);

        public string Url => $"tcp://127.0.0.1:{((IPEndPoint)Listener.LocalEndpoint).Port}";

        public void Dispose() => Listener.Dispose();
    }
}
