using System.Buffers;

namespace DockerArchive.Buildkit;

/// <content>JSON in place of plain lines: <c>--progress=rawjson</c> shares its stream with buildctl's plain messages.</content>
internal sealed partial class PlainProgress
{
    private readonly StatusJson _status = new(sink);
    private readonly ArrayBufferWriter<byte> _record = new();

    private bool TryStatus(ReadOnlySpan<byte> line, ReadOnlySpan<byte> bare)
    {
        if (bare.IsEmpty || bare[0] != '{')
            return false;
        if (bare.Length == 1)
        {
            HoldLine(line, Hold.Status);
            return true;
        }

        if (!StatusJson.Begins(bare))
            return false;
        _section = Section.Blocks;
        _status.Accept(line);
        return true;
    }

    /// <summary>v0.13 indents its objects, so that they begin and end with a brace in the first column.</summary>
    private bool AcceptStatusLine(ReadOnlySpan<byte> line, ReadOnlySpan<byte> bare)
    {
        bool startsNext = bare.SequenceEqual("}{"u8);
        _record.Write(startsNext ? line[..1] : line);
        if (bare[..Math.Min(1, bare.Length)].SequenceEqual("}"u8) || _record.WrittenCount > ProgressParser.LineLimit)
            EndStatus();
        if (startsNext)
            StartStatus(line[1..]);
        return true;
    }

    private void StartStatus(ReadOnlySpan<byte> line)
    {
        _section = Section.Status;
        _record.Write(line);
    }

    private void EndStatus()
    {
        _section = Section.Blocks;
        if (_record.WrittenCount > 0)
            _status.Accept(_record.WrittenSpan);
        _record.ResetWrittenCount();
    }
}
