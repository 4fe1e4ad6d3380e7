using System.Text;

namespace DockerArchive.Buildkit;

/// <content>The tokens that the objects are told with.</content>
internal sealed partial class StatusJson
{
    private JsonVertex Vertex()
    {
        if (_latest is not null && Encoding.UTF8.GetByteCount(_latest.Digest) == _digest.WrittenCount
            && Ascii.Equals(_digest.WrittenSpan, _latest.Digest))
            return _latest;
        string digest = Encoding.UTF8.GetString(_digest.WrittenSpan);
        if (!_vertices.TryGetValue(digest, out JsonVertex? vertex))
            _vertices.Add(digest, vertex = new JsonVertex(digest, _vertices.Count + 1));
        return _latest = vertex;
    }

    /// <summary>The object's bytes go with its first token; the others stand for the same object and have none.</summary>
    private void TellVertex(ReadOnlySpan<byte> raw, JsonFields fields, ReadOnlySpan<byte> inputs)
    {
        JsonVertex vertex = Vertex();
        if (!vertex.IsNamed || (fields.Started is null && fields.Completed is null))
        {
            vertex.IsNamed = true;
            sink.Accept(new BuildToken
            {
                Kind = BuildEventKind.StepNamed,
                Step = vertex.Number,
                Raw = raw,
                Text = _text.WrittenSpan,
                Digest = _digest.WrittenSpan,
                Inputs = inputs.StartsWith("["u8) ? inputs : default,
            });
            raw = default;
        }

        if (fields.Started is { } started && (started != vertex.Started || fields.Completed is null))
        {
            vertex.Started = started;
            sink.Accept(new BuildToken
            {
                Kind = BuildEventKind.StepStarted,
                Step = vertex.Number,
                Raw = raw,
                Time = started,
            });
            raw = default;
        }

        if (fields.Completed is { } completed)
        {
            ReadOnlySpan<byte> error = _other.WrittenSpan;
            sink.Accept(new BuildToken
            {
                Kind = BuildEventKind.StepCompleted,
                Step = vertex.Number,
                Raw = raw,
                Time = completed,
                Span = completed - fields.Started,
                Text = error,
                State = !error.IsEmpty ? PlainLine.StateOf(error)
                    : fields.Cached ? BuildStepState.Cached
                    : BuildStepState.Done,
            });
        }
    }

    private void TellTransfer(ReadOnlySpan<byte> raw, JsonFields fields) => sink.Accept(new BuildToken
    {
        Kind = BuildEventKind.TransferUpdated,
        Step = Vertex().Number,
        Raw = raw,
        Text = _text.WrittenSpan,
        Current = fields.Current == 0 && fields.Total == 0 ? null : new BuildQuantity(fields.Current, 0),
        Total = fields.Total == 0 ? null : new BuildQuantity(fields.Total, 0),
        Span = Elapsed(fields),
        IsDone = fields.Completed is not null,
    });

    /// <summary>A blob that was there already may complete before it starts; plain progress shows no time then.</summary>
    private static TimeSpan? Elapsed(JsonFields fields) =>
        (fields.Completed ?? fields.Timestamp) - fields.Started is { } elapsed && elapsed >= TimeSpan.Zero ? elapsed : null;

    private void TellLog(ReadOnlySpan<byte> raw, JsonFields fields)
    {
        JsonVertex vertex = Vertex();
        ReadOnlySpan<byte> text = _text.WrittenSpan;
        if (text.IsEmpty)
            sink.Accept(new BuildToken { Kind = BuildEventKind.Separator, Raw = raw });
        while (!text.IsEmpty)
        {
            int newline = text.IndexOf((byte)'\n');
            bool continues = vertex.IsInLine;
            if (!continues)
                vertex.LineOffset = fields.Timestamp - (vertex.Started ?? fields.Timestamp);
            vertex.IsInLine = newline < 0;
            sink.Accept(new BuildToken
            {
                Kind = BuildEventKind.StepLog,
                Step = vertex.Number,
                Raw = raw,
                Text = newline < 0 ? text : text[..newline],
                Time = fields.Timestamp,
                Span = vertex.LineOffset,
                Stream = fields.Stream switch
                {
                    1 => BuildLogOrigin.StandardOutput,
                    2 => BuildLogOrigin.StandardError,
                    _ => BuildLogOrigin.Unknown,
                },
                IsContinuation = continues,
                IsPartial = newline < 0,
            });
            raw = default;
            text = newline < 0 ? default : text[(newline + 1)..];
        }
    }

    private void TellWarning(ReadOnlySpan<byte> raw, JsonFields fields)
    {
        int step = Vertex().Number;
        sink.Accept(new BuildToken
        {
            Kind = BuildEventKind.StepWarned,
            Step = step,
            Raw = raw,
            Text = _text.WrittenSpan,
            File = fields.File is null ? default : Encoding.UTF8.GetBytes(fields.File),
            Url = _other.WrittenSpan,
            Line = fields.Line,
        });
        foreach (byte[] detail in _details)
            sink.Accept(new BuildToken { Kind = BuildEventKind.StepWarned, Step = step, Text = detail, IsContinuation = true });
    }
}
