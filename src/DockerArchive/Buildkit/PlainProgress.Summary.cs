namespace DockerArchive.Buildkit;

/// <content>What follows the blocks: the summary of failed steps, the source excerpt, the error, buildx's warnings.</content>
internal sealed partial class PlainProgress
{
    /// <summary>BuildKit prints ten log lines and some blank ones; a longer summary is something else.</summary>
    private const int MaxSummaryLines = 64;

    private int _summaryLines;
    private bool _detailedWarnings;

    private static ReadOnlySpan<byte> SummaryRule => "------"u8;

    private static ReadOnlySpan<byte> ExcerptRule => "--------------------"u8;

    private void AcceptUnnumbered(ReadOnlySpan<byte> line, ReadOnlySpan<byte> bare)
    {
        if (bare.SequenceEqual(SummaryRule))
            HoldLine(line, Hold.SummaryRule);
        else if (bare.StartsWith("error: "u8) || bare.StartsWith("ERROR: "u8))
            AcceptError(line, bare[7..]);
        else if (IsBareError(bare))
            AcceptError(line, bare);
        else if (PlainLine.TryPosition(bare, out _, out _))
            HoldLine(line, Hold.Position);
        else if (_section == Section.FinalError && PlainLine.IsStackHeader(bare))
            EndError(line, bare);
        else if (!TryWarningList(line, bare))
            AcceptText(line, bare);
    }

    private bool TryWarningList(ReadOnlySpan<byte> line, ReadOnlySpan<byte> bare)
    {
        if (_section is Section.Warnings or Section.WarningDetail)
        {
            if (ClosingWarnings.TryEntry(bare, out ReadOnlySpan<byte> text))
            {
                _section = _detailedWarnings ? Section.WarningDetail : Section.Warnings;
                Emit(BuildEventKind.StepWarned, BuildToken.NoStep, line, text);
                return true;
            }

            if (_section == Section.WarningDetail)
            {
                EmitWarningDetail(line, bare);
                return true;
            }
        }

        if (_open || !ClosingWarnings.IsTitle(bare, out bool detailed))
            return false;
        Emit(BuildEventKind.Separator, BuildToken.NoStep, line);
        _detailedWarnings = detailed;
        _section = Section.Warnings;
        return true;
    }

    /// <summary>With --debug the list tells of each warning all that JSON does.</summary>
    private void EmitWarningDetail(ReadOnlySpan<byte> line, ReadOnlySpan<byte> bare)
    {
        ReadOnlySpan<byte> link = "More info: "u8;
        bool isLink = bare.StartsWith(link);
        sink.Accept(new BuildToken
        {
            Kind = BuildEventKind.StepWarned,
            Raw = line,
            Text = isLink ? default : bare,
            Url = isLink ? bare[link.Length..] : default,
            IsContinuation = true,
        });
    }

    /// <summary>With --debug the stacks of the error follow, one for each process that it passed.</summary>
    private void EndError(ReadOnlySpan<byte> line, ReadOnlySpan<byte> bare)
    {
        _section = Section.Blocks;
        AcceptText(line, bare);
    }

    /// <summary>docker 20.10 prints the error without a word before it.</summary>
    private bool IsBareError(ReadOnlySpan<byte> bare) =>
        !_open && _section == Section.Blocks
        && (bare.StartsWith("failed to solve"u8) || bare.StartsWith("executor failed running ["u8));

    private void AcceptError(ReadOnlySpan<byte> line, ReadOnlySpan<byte> message)
    {
        StartText(Section.FinalError);
        EmitFailure(line, BuildFailurePart.Message, message);
    }

    private void StartSummary(ReadOnlySpan<byte> rule)
    {
        Close();
        _section = Section.SummaryName;
        _summaryLines = 0;
        EmitFailure(rule, BuildFailurePart.Rule, default);
    }

    private void StartExcerpt(ReadOnlySpan<byte> line, ReadOnlySpan<byte> file, int number)
    {
        if (_section == Section.WarningDetail)
        {
            _section = Section.WarningExcerptStart;
            sink.Accept(new BuildToken
            {
                Kind = BuildEventKind.StepWarned,
                Raw = line,
                File = file,
                Part = BuildFailurePart.Position,
                Line = number,
                IsContinuation = true,
            });
            return;
        }

        Close();
        _section = Section.ExcerptStart;
        sink.Accept(new BuildToken
        {
            Kind = BuildEventKind.BuildFailed,
            Raw = line,
            Text = file,
            Part = BuildFailurePart.Position,
            Line = number,
        });
    }

    private bool TrySummary(ReadOnlySpan<byte> line, ReadOnlySpan<byte> bare) => _section switch
    {
        Section.SummaryName => TrySummaryName(line, bare),
        Section.SummaryLog => TrySummaryLog(line, bare),
        Section.ExcerptStart or Section.Excerpt or Section.WarningExcerptStart or Section.WarningExcerpt =>
            TryExcerpt(line, bare),
        Section.Status => AcceptStatusLine(line, bare),
        _ => false,
    };

    private bool TrySummaryName(ReadOnlySpan<byte> line, ReadOnlySpan<byte> bare)
    {
        if (bare.SequenceEqual(SummaryRule) || _summaryLines == MaxSummaryLines)
            return TrySummaryLog(line, bare);
        bool isFirst = _summaryLines++ == 0;
        bool isLast = bare.EndsWith(":"u8);
        ReadOnlySpan<byte> name = isFirst ? bare[3..] : bare;
        if (isLast)
        {
            name = name.IsEmpty ? name : name[..^1];
            _section = Section.SummaryLog;
            _summaryLines = 0;
        }

        sink.Accept(new BuildToken
        {
            Kind = BuildEventKind.BuildFailed,
            Raw = line,
            Text = name,
            Part = BuildFailurePart.StepName,
            IsContinuation = !isFirst,
        });
        return true;
    }

    private bool TrySummaryLog(ReadOnlySpan<byte> line, ReadOnlySpan<byte> bare)
    {
        if (bare.SequenceEqual(SummaryRule))
        {
            _section = Section.Blocks;
            EmitFailure(line, BuildFailurePart.Rule, default);
            return true;
        }

        if (_summaryLines++ == MaxSummaryLines)
        {
            _section = Section.Blocks;
            return false;
        }

        int prefix = PlainLine.ReadNumber(bare, out int number);
        int time = PlainLine.ReadLogTime(bare[prefix..], out TimeSpan offset);
        sink.Accept(new BuildToken
        {
            Kind = BuildEventKind.BuildFailed,
            Step = prefix > 0 ? number : BuildToken.NoStep,
            Raw = line,
            Text = bare[(prefix + time)..],
            Span = time > 0 ? offset : null,
            Part = BuildFailurePart.Log,
        });
        return true;
    }

    private bool TryExcerpt(ReadOnlySpan<byte> line, ReadOnlySpan<byte> bare)
    {
        bool isRule = bare.SequenceEqual(ExcerptRule);
        if (!isRule && !PlainLine.IsExcerpt(bare))
        {
            _section = IsWarningExcerpt ? Section.Warnings : Section.Blocks;
            return false;
        }

        EmitSource(line, isRule ? BuildFailurePart.Rule : BuildFailurePart.Excerpt, isRule ? default : bare);
        if (isRule)
        {
            _section = _section switch
            {
                Section.ExcerptStart => Section.Excerpt,
                Section.WarningExcerptStart => Section.WarningExcerpt,
                Section.WarningExcerpt => Section.Warnings,
                _ => Section.Blocks,
            };
        }

        return true;
    }

    private bool IsWarningExcerpt => _section is Section.WarningExcerptStart or Section.WarningExcerpt;

    private void EmitSource(ReadOnlySpan<byte> line, BuildFailurePart part, ReadOnlySpan<byte> text)
    {
        if (!IsWarningExcerpt)
        {
            EmitFailure(line, part, text);
            return;
        }

        sink.Accept(new BuildToken
        {
            Kind = BuildEventKind.StepWarned,
            Raw = line,
            Text = text,
            Part = part,
            IsContinuation = true,
        });
    }

    private void EmitFailure(ReadOnlySpan<byte> line, BuildFailurePart part, ReadOnlySpan<byte> text) =>
        sink.Accept(new BuildToken { Kind = BuildEventKind.BuildFailed, Raw = line, Text = text, Part = part });
}
