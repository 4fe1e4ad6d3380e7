using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using DockerArchive.Buildkit;
using DockerArchive.Ssh;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Builds a Dockerfile with the BuildKit of a running environment.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "BuildctlBuild", SupportsShouldProcess = true)]
[OutputType(typeof(BuildResult))]
[OutputType(typeof(BuildEvent))]
public sealed class InvokeBuildctlBuildCommand : ArchiveCmdlet
{
    /// <summary>Name of an environment that runs, or of an instance.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = [];

    /// <summary>Directory that the build may read.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Context { get; set; } = ".";

    /// <summary>The Dockerfile, relative to the current location as for docker, or else to the context. Default: <c>Dockerfile</c> in the context.</summary>
    [Parameter]
    [Alias("File")]
    [ValidateNotNullOrEmpty]
    public string? Dockerfile { get; set; }

    /// <summary>Values for the Dockerfile's ARGs.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary BuildArg { get; set; } = new Hashtable();

    /// <summary>Stage of the Dockerfile to build.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Target { get; set; }

    /// <summary>Run every step anew.</summary>
    [Parameter]
    public SwitchParameter NoCache { get; set; }

    /// <summary>Where the result goes, in buildctl's form: <c>type=local,dest=out</c>, <c>type=image,name=…</c>; a plain path means a local directory.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Output { get; set; } = [];

    /// <summary>Give out the build's events as they happen instead of the result at the end.</summary>
    [Parameter]
    public SwitchParameter Stream { get; set; }

    /// <summary>Login of the guest. Default: the archives' own, root with password root.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        BuildRequest request;
        try
        {
            request = ReadRequest();
        }
        catch (ArchiveException e)
        {
            WriteError(e.ToErrorRecord());
            return;
        }

        foreach (var name in Env)
        {
            if (ShouldProcess(name, $"Build {Context}"))
                Run((output, cancellation) => BuildAsync(name, request, output, cancellation));
        }
    }

    private BuildRequest ReadRequest()
    {
        var context = FileSystemPath(Context);
        return new BuildRequest
        {
            Context = BuildContext.Open(context, DockerfilePath(context)),
            BuildArgs = [.. BuildArg.Cast<DictionaryEntry>().Select(e => new KeyValuePair<string, string>($"{e.Key}", $"{e.Value}"))],
            Target = Target,
            NoCache = NoCache,
            Outputs = BuildOutput.ParseAll(Output, FileSystemPath),
        };
    }

    private string? DockerfilePath(string context)
    {
        if (Dockerfile is null)
            return null;
        var path = FileSystemPath(Dockerfile);
        var inContext = Path.Combine(context, Dockerfile);
        return !File.Exists(path) && File.Exists(inContext) ? inContext : path;
    }

    private async Task BuildAsync(string name, BuildRequest request, CmdletOutput output, CancellationToken cancellation)
    {
        var registry = new InstanceRegistry(await EngineAsync(cancellation), Catalog);
        var instance = await registry.GetRunningAsync(name, cancellation);
        using var progress = new ProgressLine(output, $"Building in {instance.Environment}");
        progress.Show("connecting");
        using var guest = await GuestConnection.OpenAsync(GuestEndpoint.Of(instance, Credential), cancellation);

        var watch = new BuildWatch(progress, Stream ? output.Object : null);
        var started = DateTimeOffset.UtcNow;
        var clock = Stopwatch.StartNew();
        var (command, exit) = await new GuestBuild(guest, instance.Name, text => progress.Show(text)).RunAsync(request, watch, cancellation);
        var result = watch.Tracker.ToResult(exit.Code) with
        {
            Environment = instance.Environment,
            Instance = instance.Name,
            Command = command,
            Started = started,
            Duration = clock.Elapsed,
        };
        if (!Stream)
            output.Object(result);
        // The result comes first, so that -ErrorAction Stop does not take it away.
        if (!result.Succeeded)
            output.Error(new BuildFailedException(result, exit));
    }

    /// <summary>Follows a build for the result, the progress line and, if wanted, the pipeline.</summary>
    private sealed class BuildWatch(ProgressLine progress, Action<object>? events) : IBuildEventSink
    {
        public BuildTracker Tracker { get; } = new() { KeepLog = events is null };

        public void Accept(scoped in BuildToken token)
        {
            Tracker.Accept(in token);
            events?.Invoke(token.ToEvent());
            progress.Show(Describe);
        }

        private (string Status, int? Percent) Describe()
        {
            var (done, total) = (Tracker.CompletedStepCount, Tracker.StepCount);
            var running = Tracker.RunningSteps is { Count: > 0 } steps ? steps[^1].ToString() : "";
            return ($"{done}/{total} {running}", total == 0 ? null : done * 100 / total);
        }
    }
}
