namespace DockerArchive.Buildkit;

/// <content>Lines without a number, which go on with a name or an error, or are of another program.</content>
internal sealed partial class PlainProgress
{
    /// <summary>A name or an error that is longer than this is something else.</summary>
    private const int MaxTextLength = 1 << 20;

    private int _textLength;

    private void StartText(Section section)
    {
        _section = section;
        _textLength = 0;
    }

    private void AcceptText(ReadOnlySpan<byte> line, ReadOnlySpan<byte> bare)
    {
        BuildEventKind kind = IsLogrus(bare) ? BuildEventKind.Unrecognised : KindOfText(line.Length);
        if (kind == BuildEventKind.Unrecognised)
        {
            AcceptForeign(line, bare);
            return;
        }

        sink.Accept(new BuildToken
        {
            Kind = kind,
            Step = kind == BuildEventKind.BuildFailed ? BuildToken.NoStep : _current,
            Raw = line,
            Text = bare,
            State = kind == BuildEventKind.StepCompleted ? BuildStepState.Failed : null,
            Part = kind == BuildEventKind.BuildFailed ? BuildFailurePart.Message : BuildFailurePart.None,
            IsContinuation = true,
        });
    }

    private static bool IsLogrus(ReadOnlySpan<byte> bare) =>
        bare.StartsWith("time=\""u8) && bare.IndexOf(" level="u8) > 0;

    private BuildEventKind KindOfText(int length)
    {
        _textLength = Math.Min(_textLength, MaxTextLength) + Math.Min(length, MaxTextLength);
        if (_textLength > MaxTextLength)
            _section = Section.Blocks;
        return _section switch
        {
            Section.Name => BuildEventKind.StepNamed,
            Section.StepError => BuildEventKind.StepCompleted,
            Section.FinalError => BuildEventKind.BuildFailed,
            _ => BuildEventKind.Unrecognised,
        };
    }

    private void AcceptForeign(ReadOnlySpan<byte> line, ReadOnlySpan<byte> bare)
    {
        int glue = _open && _eventLines ? GluedEvent.FindAfterTar(bare, _current) : -1;
        if (glue < 0)
        {
            Emit(BuildEventKind.Unrecognised, OpenStep, line, bare);
            return;
        }

        Emit(BuildEventKind.Unrecognised, _current, line[..glue], line[..glue]);
        AcceptGlued(line[glue..]);
    }
}
