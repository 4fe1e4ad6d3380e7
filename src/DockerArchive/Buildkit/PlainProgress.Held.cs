namespace DockerArchive.Buildkit;

/// <content>Lines that wait for the next one.</content>
internal sealed partial class PlainProgress
{
    private byte[] _held = [];
    private int _heldLength;
    private int _heldText;
    private int _heldGlue;
    private Hold _hold;

    private enum Hold : byte
    {
        None,
        Glue,
        GluedError,
        SummaryRule,
        Position,
        Status,
    }

    private void HoldLine(ReadOnlySpan<byte> line, Hold reason)
    {
        if (_held.Length < line.Length)
            _held = new byte[Math.Max(line.Length, 256)];
        line.CopyTo(_held);
        _heldLength = line.Length;
        _hold = reason;
    }

    private void HoldGlue(ReadOnlySpan<byte> line, Hold reason, int text, int glue)
    {
        HoldLine(line, reason);
        _heldText = text;
        _heldGlue = glue;
    }

    private void Release(ReadOnlySpan<byte> next)
    {
        ReadOnlySpan<byte> line = _held.AsSpan(0, _heldLength);
        ReadOnlySpan<byte> bare = line.TrimEnd("\r\n"u8);
        Hold reason = _hold;
        _hold = Hold.None;
        switch (reason)
        {
            case Hold.Glue:
                ReleaseGlue(line, IsGlue(next));
                break;
            case Hold.GluedError:
                ReleaseGlue(line, next.IsEmpty);
                break;
            case Hold.SummaryRule when next.StartsWith(" > "u8):
                StartSummary(line);
                break;
            case Hold.Position when next.TrimEnd("\r\n"u8).SequenceEqual(ExcerptRule)
                && PlainLine.TryPosition(bare, out ReadOnlySpan<byte> file, out int number):
                StartExcerpt(line, file, number);
                break;
            case Hold.Position when _section == Section.WarningDetail:
                EmitWarningDetail(line, bare);
                break;
            case Hold.Status when StatusJson.BeginsInside(next):
                StartStatus(line);
                break;
            default:
                AcceptText(line, bare);
                break;
        }
    }

    /// <summary>
    /// The step may have written text like the printer's. But what the printer glues ends the block (since v0.5) or is
    /// followed by the duration (v0.3 and v0.4), so that the next line tells.
    /// </summary>
    private bool IsGlue(ReadOnlySpan<byte> next)
    {
        int prefix = PlainLine.ReadNumber(next, out int number);
        bool sameStep = prefix > 0 && number == _current;
        return _eventLines
            ? next.IsEmpty || (sameStep && next[prefix..].StartsWith("    duration: "u8))
            : !sameStep;
    }

    private void ReleaseGlue(ReadOnlySpan<byte> line, bool isGlue)
    {
        if (isGlue)
        {
            SplitGlue(line, _heldText, _heldGlue);
            return;
        }

        PrintedTime.ReadSeconds(line[PlainLine.ReadNumber(line, out _)..], out TimeSpan offset);
        ReadOnlySpan<byte> text = line[_heldText..];
        if (text[^1] == '\n')
            text = text[..^1];
        EmitLog(line, _carriageReturns ? TrimCarriageReturn(text) : text, offset, isPartial: false);
    }

    private void SplitGlue(ReadOnlySpan<byte> line, int text, int glue)
    {
        PrintedTime.ReadSeconds(line[PlainLine.ReadNumber(line, out _)..], out TimeSpan offset);
        EmitLog(line[..glue], line[text..glue], offset, isPartial: true);
        AcceptGlued(line[glue..]);
    }

    private void AcceptGlued(ReadOnlySpan<byte> glued)
    {
        ReadOnlySpan<byte> bare = glued.TrimEnd("\r\n"u8);
        int prefix = PlainLine.ReadNumber(glued, out int number);
        if (prefix == 0)
            AcceptError(glued, bare["error: ".Length..]);
        else if (!TryOwn(glued, bare[prefix..], number))
            Emit(BuildEventKind.Unrecognised, OpenStep, glued, bare);
    }
}
