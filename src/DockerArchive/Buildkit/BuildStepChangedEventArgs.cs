namespace DockerArchive.Buildkit;

/// <summary>Tells that a step changed in anything but its log.</summary>
/// <param name="number">The step's number.</param>
/// <param name="name">The step's name.</param>
/// <param name="state">The step's state.</param>
/// <param name="transfer">The transfer that moved, or null.</param>
public sealed class BuildStepChangedEventArgs(int number, string name, BuildStepState state, BuildTransfer? transfer)
    : EventArgs
{
    /// <summary>The step's number.</summary>
    public int Number { get; } = number;

    /// <summary>The step's name.</summary>
    public string Name { get; } = name;

    /// <summary>The step's state.</summary>
    public BuildStepState State { get; } = state;

    /// <summary>The transfer that moved, or null.</summary>
    public BuildTransfer? Transfer { get; } = transfer;
}
