using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>
/// A sink that reduces every field of every event to a number, and that compares the raw bytes with the input they must be.
/// </summary>
internal sealed class EventDigest(byte[] input) : IBuildEventSink
{
    private HashCode _fields;
    private int _position;

    public int Fields => _fields.ToHashCode();

    public bool IsConserved { get; private set; } = true;

    public static EventDigest Of(byte[] input, Func<int> nextLength)
    {
        var digest = new EventDigest(input);
        Feed(digest, input, nextLength);
        digest.IsConserved &= digest._position == input.Length;
        return digest;
    }

    public static void Feed(IBuildEventSink sink, ReadOnlySpan<byte> input, Func<int> nextLength)
    {
        var parser = new ProgressParser(sink);
        while (!input.IsEmpty)
        {
            int length = Math.Clamp(nextLength(), 1, input.Length);
            parser.Write(input[..length]);
            input = input[length..];
        }

        parser.Complete();
    }

    public void Accept(scoped in BuildToken token)
    {
        IsConserved = IsConserved
            && token.Raw.Length <= input.Length - _position
            && token.Raw.SequenceEqual(input.AsSpan(_position, token.Raw.Length));
        _position += token.Raw.Length;
        _fields.Add(HashCode.Combine(token.Kind, token.Step, token.Time, token.Span, token.Current, token.Total, token.State, token.Part));
        _fields.Add(HashCode.Combine(token.Stream, token.Line, token.IsContinuation, token.IsPartial, token.IsCut, token.IsDone));
        _fields.Add(HashCode.Combine(token.Raw.Length, token.Text.Length, token.Digest.Length, token.Inputs.Length, token.File.Length));
        _fields.AddBytes(token.Text);
        _fields.AddBytes(token.Digest);
        _fields.AddBytes(token.Inputs);
        _fields.AddBytes(token.File);
        _fields.AddBytes(token.Url);
    }
}
