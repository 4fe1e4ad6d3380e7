using System.Buffers;

namespace DockerArchive.Buildkit;

/// <summary>
/// Places each line of plain progress by its shape and by what came before it. A line waits for the next one only where
/// it can not tell by itself: a log line that ends like the printer's own text, dashes, a brace, a source position.
/// </summary>
internal sealed partial class PlainProgress(IBuildEventSink sink)
{
    private const int CutNameLength = 72 + 3;

    private readonly ArrayBufferWriter<byte> _unquoted = new();
    private Section _section;
    private int _current = BuildToken.NoStep;
    private bool _open;
    private bool _afterBlank;
    private bool _afterHeader;
    private bool _eventLines;
    private bool _carriageReturns;
    private bool? _digestLines;

    private enum Section : byte
    {
        Blocks,
        Name,
        StepError,
        SummaryName,
        SummaryLog,
        ExcerptStart,
        Excerpt,
        Status,
        FinalError,
        Warnings,
        WarningDetail,
        WarningExcerptStart,
        WarningExcerpt,
    }

    private int OpenStep => _open ? _current : BuildToken.NoStep;

    /// <summary>Takes a line from its beginning.</summary>
    /// <param name="line">The line with its ending.</param>
    /// <param name="ends">False when the line is so long that it comes in pieces.</param>
    public void Accept(ReadOnlySpan<byte> line, bool ends)
    {
        if (_hold != Hold.None)
            Release(line);
        if (!ends)
        {
            if (_section == Section.Status)
                EndStatus();
            AcceptStart(line);
            return;
        }

        ReadOnlySpan<byte> content = line[^1] == '\n' ? line[..^1] : line;
        ReadOnlySpan<byte> bare = TrimCarriageReturn(content);
        if (_section < Section.SummaryName || !TrySummary(line, bare))
        {
            int prefix = PlainLine.ReadNumber(bare, out int number);
            if (prefix > 0)
                AcceptNumbered(line, content, prefix, number);
            else if (bare.IsEmpty)
                AcceptBlank(line);
            else if (!TryStatus(line, bare))
                AcceptUnnumbered(line, bare);
        }

        _afterBlank = bare.IsEmpty;
    }

    /// <summary>Says that no further line comes.</summary>
    public void Complete()
    {
        if (_hold != Hold.None)
            Release(default);
        if (_section == Section.Status)
            EndStatus();
    }

    private static ReadOnlySpan<byte> TrimCarriageReturn(ReadOnlySpan<byte> text) =>
        !text.IsEmpty && text[^1] == '\r' ? text[..^1] : text;

    private void AcceptBlank(ReadOnlySpan<byte> line)
    {
        Emit(BuildEventKind.Separator, BuildToken.NoStep, line);
        if (_eventLines)
            _open = false;
        if (_section == Section.WarningDetail)
            _section = Section.Warnings;
    }

    private void AcceptNumbered(ReadOnlySpan<byte> line, ReadOnlySpan<byte> content, int prefix, int number)
    {
        bool startsBlock = !_open && _afterBlank && _current != BuildToken.NoStep;
        if (!startsBlock)
        {
            ReadOnlySpan<byte> text = _carriageReturns ? TrimCarriageReturn(content) : content;
            int time = PlainLine.ReadLogTime(text[prefix..], out TimeSpan offset);
            if (time > 0)
            {
                // v0.10 and v0.11 number lines that came before the block's first print with 0.
                if (!_open || (number != _current && number != 0))
                    Open(number);
                AcceptLog(line, text[(prefix + time)..], offset);
                return;
            }
        }

        ReadOnlySpan<byte> rest = TrimCarriageReturn(content)[prefix..];
        if (startsBlock || !TryOwn(line, rest, number))
            StartBlock(line, rest, number, rest.Length < content.Length - prefix);
    }

    private void Open(int number)
    {
        _current = number;
        _open = true;
        _afterHeader = false;
    }

    private void Close()
    {
        _open = false;
        _section = Section.Blocks;
    }

    private void StartBlock(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, int number, bool carriageReturn)
    {
        _carriageReturns = carriageReturn;
        Open(number);
        _afterHeader = true;
        StartText(_eventLines ? Section.Blocks : Section.Name);
        sink.Accept(new BuildToken
        {
            Kind = BuildEventKind.StepStarted,
            Step = number,
            Raw = line,
            Text = name,
            IsCut = name.Length == CutNameLength && name.EndsWith("..."u8),
        });
    }

    private void AcceptLog(ReadOnlySpan<byte> line, ReadOnlySpan<byte> text, TimeSpan offset)
    {
        if (_afterHeader)
            EndHeader();
        _section = Section.Blocks;
        int glue = GluedEvent.Find(TrimCarriageReturn(text), _current, _eventLines, out bool needsNextLine);
        Hold reason = Hold.Glue;
        if (glue < 0)
        {
            glue = GluedEvent.FindError(text);
            (reason, needsNextLine) = (Hold.GluedError, true);
        }

        if (glue < 0)
        {
            EmitLog(line, text, offset, isPartial: false);
            return;
        }

        line.Overlaps(text, out int start);
        if (needsNextLine)
            HoldGlue(line, reason, start, start + glue);
        else
            SplitGlue(line, start, start + glue);
    }

    private void EndHeader()
    {
        _afterHeader = false;
        if (_current > 0)
            _digestLines ??= false;
    }

    private bool TryOwn(ReadOnlySpan<byte> line, ReadOnlySpan<byte> rest, int number)
    {
        bool ours = _open && number == _current;
        if (ours && _afterHeader && TryDigestLine(line, rest))
            return true;
        if (rest.SequenceEqual("..."u8))
        {
            Emit(BuildEventKind.StepSuspended, _open ? _current : number, line);
            _current = _open ? _current : number;
            Close();
            return true;
        }

        if (TryEnd(line, rest, number) || TryEventLine(line, rest, number))
            return true;
        if (!ours)
            return false;
        _section = Section.Blocks;
        if (rest.StartsWith("WARN: "u8))
            Emit(BuildEventKind.StepWarned, number, line, rest[6..]);
        else
            EmitTransfer(line, rest, number);
        return true;
    }

    private bool TryDigestLine(ReadOnlySpan<byte> line, ReadOnlySpan<byte> rest)
    {
        if (PlainLine.IsDigest(rest) && !_eventLines && _digestLines is not false)
        {
            _digestLines = true;
            _afterHeader = false;
            _section = Section.Blocks;
            sink.Accept(new BuildToken { Kind = BuildEventKind.StepNamed, Step = _current, Raw = line, Digest = rest });
            return true;
        }

        EndHeader();
        return false;
    }

    private bool TryEnd(ReadOnlySpan<byte> line, ReadOnlySpan<byte> rest, int number)
    {
        ReadOnlySpan<byte> error = default;
        if (!PlainLine.TryEnd(rest, out BuildStepState state, out TimeSpan? duration))
        {
            if (!rest.StartsWith("ERROR: "u8))
                return false;
            error = rest[7..];
            state = BuildStepState.Failed;
        }

        Open(number);
        Close();
        if (state == BuildStepState.Failed)
            StartText(Section.StepError);
        sink.Accept(new BuildToken
        {
            Kind = BuildEventKind.StepCompleted,
            Step = number,
            Raw = line,
            State = state,
            Span = duration,
            Text = error,
        });
        return true;
    }

    private bool TryEventLine(ReadOnlySpan<byte> line, ReadOnlySpan<byte> rest, int number)
    {
        if (!PlainLine.TryEvent(rest, out PlainEventKey key, out ReadOnlySpan<byte> value))
            return false;
        DateTimeOffset time = default;
        TimeSpan duration = default;
        bool valid = key switch
        {
            PlainEventKey.Digest => true,
            PlainEventKey.Name or PlainEventKey.Error => GoQuoted.TryRead(value, _unquoted),
            PlainEventKey.Started or PlainEventKey.Completed => PrintedTime.TryTime(value, out time),
            PlainEventKey.Duration => PrintedTime.TryDuration(value, out duration),
            _ => value.SequenceEqual("true"u8) || value.SequenceEqual("false"u8),
        };
        if (!valid)
            return false;
        if (!_open || number != _current)
            Open(number);
        _eventLines = true;
        _section = Section.Blocks;
        var token = new BuildToken { Kind = BuildEventKind.StepCompleted, Step = number, Raw = line };
        ReadOnlySpan<byte> text = _unquoted.WrittenSpan;
        sink.Accept(key switch
        {
            PlainEventKey.Digest => token with { Kind = BuildEventKind.StepNamed, Digest = value },
            PlainEventKey.Name => token with { Kind = BuildEventKind.StepNamed, Text = text },
            PlainEventKey.Started => token with { Kind = BuildEventKind.StepStarted, Time = time },
            PlainEventKey.Completed => token with { Time = time },
            PlainEventKey.Duration => token with { Span = duration },
            PlainEventKey.Error => token with { Text = text, State = PlainLine.StateOf(text) },
            _ => token with { State = value[0] == 't' ? BuildStepState.Cached : BuildStepState.Done },
        });
        return true;
    }

    private void EmitTransfer(ReadOnlySpan<byte> line, ReadOnlySpan<byte> rest, int number)
    {
        TransferText transfer = TransferText.Read(rest);
        sink.Accept(new BuildToken
        {
            Kind = BuildEventKind.TransferUpdated,
            Step = number,
            Raw = line,
            Text = transfer.Id,
            Current = transfer.Current,
            Total = transfer.Total,
            Span = transfer.Elapsed,
            IsDone = transfer.Done,
        });
    }

    private void EmitLog(ReadOnlySpan<byte> line, ReadOnlySpan<byte> text, TimeSpan offset, bool isPartial) =>
        sink.Accept(new BuildToken
        {
            Kind = BuildEventKind.StepLog,
            Step = _current,
            Raw = line,
            Text = text,
            Span = offset,
            IsPartial = isPartial,
        });

    private void Emit(BuildEventKind kind, int step, ReadOnlySpan<byte> line, ReadOnlySpan<byte> text = default) =>
        sink.Accept(new BuildToken { Kind = kind, Step = step, Raw = line, Text = text });
}
