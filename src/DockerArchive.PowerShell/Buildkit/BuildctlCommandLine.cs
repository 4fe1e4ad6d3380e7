using System.Management.Automation;

namespace DockerArchive.Buildkit;

/// <summary>Writes the <c>buildctl build</c> that a guest's version understands.</summary>
/// <param name="help">What <c>buildctl build --help</c> prints in this guest; options changed their names over the versions.</param>
internal sealed class BuildctlCommandLine(string help)
{
    /// <summary>The trace's name in the build's directory.</summary>
    public const string TraceFile = "trace.json";

    public const string TraceOption = "--trace=" + TraceFile;

    /// <summary>v0.3 has only --frontend-opt and --exporter; v0.4 brought --opt and --output and hid the old ones.</summary>
    private bool HasOpt => Has("--opt");

    private bool HasOutput => Has("--output");

    /// <summary>Since v0.13, <c>--progress value  Set type of progress (auto, plain, tty, rawjson)</c>.</summary>
    private bool HasRawJson => help.Contains("rawjson", StringComparison.Ordinal);

    /// <summary>The words of the command; paths are relative to the build's directory in the guest.</summary>
    /// <exception cref="ArchiveException">The guest's version lacks something that was asked for.</exception>
    public IReadOnlyList<string> Words(BuildRequest request)
    {
        var words = new List<string>
        {
            "buildctl",
            "build",
            "--frontend=dockerfile.v0",
            $"--local=context={BuildContext.ContextDirectory}",
            $"--local=dockerfile={BuildContext.DockerfileDirectory}",
        };

        var opt = HasOpt ? "--opt" : "--frontend-opt";
        Option($"filename={request.Context.DockerfileName}");
        foreach (var (name, value) in request.BuildArgs)
            Option($"build-arg:{name}={value}");
        if (request.Target is not null)
            Option($"target={request.Target}");
        // v0.3 refuses --no-cache together with a frontend, but its frontend knows the option.
        if (request.NoCache)
            words.Add(HasOpt ? "--no-cache" : $"{opt}=no-cache=");
        for (var i = 0; i < request.Outputs.Count; i++)
            words.AddRange(Output(request.Outputs[i], i, request.Outputs.Count));
        words.AddRange(Progress(request));
        return words;

        void Option(string text) => words.Add($"{opt}={text}");
    }

    /// <summary>
    /// JSON tells all that a trace does, and while the build runs; but text has the numbers that buildctl shows its users,
    /// and a trace completes it.
    /// </summary>
    private IEnumerable<string> Progress(BuildRequest request)
    {
        var trace = request.Trace && Has("--trace");
        if (request.Progress == BuildctlProgress.RawJson && !HasRawJson)
        {
            throw new ArchiveException(
                "ProgressUnsupported",
                ErrorCategory.NotImplemented,
                request.Progress,
                "The buildctl of this environment has no --progress=rawjson, which came with v0.13; give -Progress Plain or Auto.");
        }

        if (request.Progress == BuildctlProgress.RawJson || (request.Progress == BuildctlProgress.Auto && HasRawJson && !trace))
            return ["--progress=rawjson"];
        return trace ? ["--progress=plain", TraceOption] : ["--progress=plain"];
    }

    private IEnumerable<string> Output(BuildOutput output, int number, int count)
    {
        var destination = output.Destination is null ? null : BuildOutput.GuestPath(number);
        if (HasOutput)
        {
            var fields = output.Attributes.Select(a => $"{a.Key}={a.Value}");
            yield return "--output=" + string.Join(
                ',', new[] { $"type={output.Type}" }.Concat(fields).Concat(destination is null ? [] : [$"dest={destination}"]));
            yield break;
        }

        if (count > 1 || output.Type == "tar")
        {
            throw new ArchiveException(
                "OutputUnsupported",
                ErrorCategory.NotImplemented,
                output.Type,
                $"The buildctl of this environment has no --output and takes one of local, image, docker or oci; "
                + (count > 1 ? "give only one -Output." : $"it cannot export {output.Type}."));
        }

        yield return $"--exporter={output.Type}";
        foreach (var (key, value) in output.Attributes)
            yield return $"--exporter-opt={key}={value}";

        if (destination is not null)
            yield return $"--exporter-opt=output={destination}";
    }

    private bool Has(string option) => help.Contains($"{option} ", StringComparison.Ordinal)
        || help.Contains($"{option},", StringComparison.Ordinal)
        || help.Contains($"{option}=", StringComparison.Ordinal);
}

/// <summary>A build as the user asked for it.</summary>
internal sealed record BuildRequest
{
    public required BuildContext Context { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> BuildArgs { get; init; } = [];

    public string? Target { get; init; }

    public bool NoCache { get; init; }

    public IReadOnlyList<BuildOutput> Outputs { get; init; } = [];

    public BuildctlProgress Progress { get; init; }

    /// <summary>Let buildctl keep a trace, where the progress is not as exact itself.</summary>
    public bool Trace { get; init; }

    /// <summary>File that keeps what buildctl prints, or null.</summary>
    public string? RawOutput { get; init; }
}
