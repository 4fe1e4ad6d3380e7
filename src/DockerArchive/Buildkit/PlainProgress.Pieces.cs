namespace DockerArchive.Buildkit;

/// <content>Lines so long that they come in pieces.</content>
internal sealed partial class PlainProgress
{
    private BuildEventKind _pieceKind;
    private TimeSpan _pieceOffset;

    /// <summary>Takes a further piece of a very long line.</summary>
    public void AcceptRest(ReadOnlySpan<byte> piece, bool ends)
    {
        if (_pieceKind != BuildEventKind.StepLog)
        {
            Emit(BuildEventKind.Unrecognised, OpenStep, piece);
            return;
        }

        ReadOnlySpan<byte> text = piece.EndsWith("\n"u8) ? piece[..^1] : piece;
        sink.Accept(new BuildToken
        {
            Kind = BuildEventKind.StepLog,
            Step = _current,
            Raw = piece,
            Text = _carriageReturns && ends ? TrimCarriageReturn(text) : text,
            Span = _pieceOffset,
            IsContinuation = true,
            IsPartial = !ends,
        });
    }

    private void AcceptStart(ReadOnlySpan<byte> piece)
    {
        _afterBlank = false;
        int prefix = PlainLine.ReadNumber(piece, out int number);
        int time = 0;
        if (_open && prefix > 0 && number == _current)
            time = PlainLine.ReadLogTime(piece[prefix..], out _pieceOffset);
        _pieceKind = time > 0 ? BuildEventKind.StepLog : BuildEventKind.Unrecognised;
        if (time > 0)
            EmitLog(piece, piece[(prefix + time)..], _pieceOffset, isPartial: true);
        else
            Emit(BuildEventKind.Unrecognised, OpenStep, piece);
    }
}
