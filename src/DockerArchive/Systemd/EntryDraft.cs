namespace DockerArchive.Systemd;

/// <summary>An entry of a log that is being put together from lines.</summary>
internal abstract class EntryDraft
{
    /// <summary>Takes another line of the entry.</summary>
    /// <param name="text">The line.</param>
    /// <param name="emptyLines">How many empty lines are before it.</param>
    /// <param name="isBroken">Whether the line before fills the terminal, which breaks longer lines.</param>
    /// <returns>False when the line is none of this entry's.</returns>
    public abstract bool TryContinue(string text, int emptyLines, bool isBroken);

    /// <summary>The entry.</summary>
    /// <param name="clock">Completes its time.</param>
    /// <param name="unit">The unit it is known to be about.</param>
    public abstract JournalEntry ToEntry(JournalClock clock, string? unit);

    /// <summary>How many blanks a line starts with.</summary>
    protected static int Blanks(string text)
    {
        var length = text.AsSpan().IndexOfAnyExcept(' ');
        return length < 0 ? text.Length : length;
    }
}
