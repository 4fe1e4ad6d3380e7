namespace DockerArchive.Systemd;

/// <summary>What <c>systemctl status</c> printed about a unit: its state and the end of its journal.</summary>
public sealed record SystemdStatus
{
    /// <summary>The unit.</summary>
    public required SystemdUnit Unit { get; init; }

    /// <summary>
    /// The last entries of its journal (ten, unless <c>--lines</c> says otherwise), in the order of the text, messages
    /// as they are shown: without colours, tabs as eight blanks, perhaps with the middle or the end left out.
    /// </summary>
    public IReadOnlyList<JournalEntry> Journal { get; init; } = [];
}
