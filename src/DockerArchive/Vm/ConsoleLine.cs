namespace DockerArchive.Vm;

/// <summary>A line of a guest's serial console, as <c>Get-ArchiveConsole</c> gives it out.</summary>
public sealed record ConsoleLine
{
    /// <summary>Name of the instance.</summary>
    public required string Instance { get; init; }

    /// <summary>When Docker received it, by the Docker host's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>
    /// What the line says in the end, without colours and movements: boot loaders and systemd draw the line of a job that
    /// they wait for again and again.
    /// </summary>
    public required string Text { get; init; }

    /// <summary>The line with all control sequences, as the guest wrote it.</summary>
    public required string Raw { get; init; }

    /// <summary>The text.</summary>
    public override string ToString() => Text;
}
