using DockerArchive.Buildkit;

namespace DockerArchive.Bench;

/// <summary>Counts the tokens of each kind and keeps none.</summary>
internal sealed class CountingSink : IBuildEventSink
{
    private readonly int[] _counts = new int[(int)BuildEventKind.BuildFailed + 1];

    public int LogLines => _counts[(int)BuildEventKind.StepLog];

    public void Accept(scoped in BuildToken token) => _counts[(int)token.Kind]++;
}
