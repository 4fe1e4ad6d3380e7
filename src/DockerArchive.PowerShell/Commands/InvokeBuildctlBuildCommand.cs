using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using DockerArchive.Buildkit;
using DockerArchive.Ssh;

namespace DockerArchive.Commands;

/// <summary>Builds a Dockerfile with the BuildKit of a running environment.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "BuildctlBuild", SupportsShouldProcess = true, DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(BuildResult))]
[OutputType(typeof(BuildEvent))]
public sealed class InvokeBuildctlBuildCommand : GuestCmdlet
{
    private readonly HashSet<string> _rawOutputs = [];

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

    /// <summary>The form in which buildctl reports progress; Auto is text, and with -Stream JSON where the guest has it.</summary>
    [Parameter]
    public BuildctlProgress Progress { get; set; }

    /// <summary>File that keeps what buildctl printed; one for each build.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? RawOutput { get; set; }

    /// <summary>Give out the build's events as they happen instead of the result at the end.</summary>
    [Parameter]
    public SwitchParameter Stream { get; set; }

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

        foreach (var guest in FindGuests(Env))
        {
            if (ShouldProcess(guest.Title, $"Build {Context}") && IsFirstInto(request.RawOutput))
                Run((output, cancellation) => BuildAsync(guest, request, output, cancellation));
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
            Progress = Progress,
            // Nobody sees the result of a stream.
            Trace = !Stream,
            RawOutput = RawOutput is null ? null : FileSystemPath(RawOutput),
        };
    }

    /// <summary>The second build of a pipeline must not wipe out what the first has printed.</summary>
    private bool IsFirstInto(string? rawOutput)
    {
        if (rawOutput is null || _rawOutputs.Add(rawOutput))
            return true;
        WriteError(new ArchiveException(
            "RawOutputTaken",
            ErrorCategory.ResourceExists,
            rawOutput,
            $"'{rawOutput}' (-RawOutput) has the output of the build before. Give each its own: -RawOutput {{ \"$($_.Project).log\" }}").ToErrorRecord());
        return false;
    }

    private string? DockerfilePath(string context)
    {
        if (Dockerfile is null)
            return null;
        var path = FileSystemPath(Dockerfile);
        var inContext = Path.Combine(context, Dockerfile);
        if (File.Exists(path) || SessionState.Path.IsPSAbsolute(Dockerfile, out _) || !Directory.Exists(context))
            return path;
        if (File.Exists(inContext))
            return inContext;
        throw new ArchiveException(
            "DockerfileNotFound", ErrorCategory.ObjectNotFound, path, $"Dockerfile '{path}' (-Dockerfile) does not exist, nor does '{inContext}'.");
    }

    private async Task BuildAsync(Guest instance, BuildRequest request, CmdletOutput output, CancellationToken cancellation)
    {
        using var line = new ProgressLine(output.Progress, $"Building in {instance.Title}");
        line.Show("connecting");
        var guest = await instance.ConnectAsync(cancellation);
        using var raw = request.RawOutput is null ? null : new RawOutputFile(request.RawOutput);
        await using var build = await GuestBuild.PrepareAsync(
            guest, instance.Name, request, text => line.Show(text), cancellation);

        var started = DateTimeOffset.UtcNow;
        var clock = Stopwatch.StartNew();
        var tracker = new BuildTracker { KeepLog = !Stream };
        RemoteExit exit;
        IBuildEventSink?[] others = [raw, Stream ? new EventsOf(output) : null];
        await using (var watch = new BuildWatch(line, tracker, output.Progress, "", [.. others.OfType<IBuildEventSink>()]))
            exit = await build.RunAsync(watch, cancellation);
        var duration = clock.Elapsed;

        var trace = new BuildTracker();
        var isTraced = false;
        ArchiveException? failure = null;
        try
        {
            isTraced = await build.ReadTraceAsync(trace, cancellation);
            if (exit.Code == 0)
                await build.ReceiveAsync(cancellation);
        }
        catch (ArchiveException e)
        {
            // A build whose trace or output cannot be brought back has still been made, and its result is given out.
            failure = e;
        }

        var result = (isTraced ? tracker.ToResult(exit.Code, trace) : tracker.ToResult(exit.Code)) with
        {
            Environment = instance.Environment,
            Instance = instance.Name,
            Command = build.Command,
            Started = started,
            Duration = duration,
            RawOutput = request.RawOutput,
        };
        // The result comes first, so that -ErrorAction Stop does not take it away.
        if (!Stream)
            output.Object(result);
        if (!result.Succeeded)
            failure = new BuildFailedException(result, exit, await build.FindInterruptionAsync(cancellation));
        if (failure is not null)
            output.Error(failure);
    }

    /// <summary>Gives out the events.</summary>
    private sealed class EventsOf(CmdletOutput output) : IBuildEventSink
    {
        public void Accept(scoped in BuildToken token) => output.Object(token.ToEvent());
    }
}
