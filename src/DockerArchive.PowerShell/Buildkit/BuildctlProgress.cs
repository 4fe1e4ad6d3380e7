namespace DockerArchive.Buildkit;

/// <summary>The form in which buildctl is asked to report progress (<c>--progress</c>).</summary>
public enum BuildctlProgress
{
    /// <summary>
    /// The exact facts either way: text where a trace completes it, which is for a result; for a stream of events JSON where
    /// the guest's buildctl has it (since v0.13).
    /// </summary>
    Auto,

    /// <summary>The text of <c>--progress=plain</c>, which every version has.</summary>
    Plain,

    /// <summary>The JSON of <c>--progress=rawjson</c>, with exact times and the stream of each log line.</summary>
    RawJson,
}
