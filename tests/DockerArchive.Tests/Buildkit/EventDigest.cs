using System.Buffers.Binary;
using System.Security.Cryptography;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>A sink that hashes every field of every event, and apart from that the raw bytes, without keeping them.</summary>
internal sealed class EventDigest : IBuildEventSink
{
    private readonly IncrementalHash _fields = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _raw = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long RawLength { get; private set; }

    public long Count { get; private set; }

    public string Fields => Convert.ToHexString(_fields.GetCurrentHash());

    public string Raw => Convert.ToHexString(_raw.GetCurrentHash());

    public static EventDigest Of(ReadOnlySpan<byte> input, Func<int> nextLength)
    {
        var digest = new EventDigest();
        var parser = new ProgressParser(digest);
        while (!input.IsEmpty)
        {
            int length = Math.Clamp(nextLength(), 1, input.Length);
            parser.Write(input[..length]);
            input = input[length..];
        }

        parser.Complete();
        return digest;
    }

    public void Accept(scoped in BuildToken token)
    {
        Count++;
        RawLength += token.Raw.Length;
        _raw.AppendData(token.Raw);
        Span<byte> numbers = stackalloc byte[8 * 15];
        ReadOnlySpan<long> values =
        [
            (long)token.Kind,
            token.Step,
            token.Time?.UtcTicks ?? -1,
            token.Span?.Ticks ?? -1,
            token.Current?.Bytes ?? -1,
            token.Current?.Precision ?? -1,
            token.Total?.Bytes ?? -1,
            token.Total?.Precision ?? -1,
            token.State is { } state ? (long)state : -1,
            ((long)token.Part << 8) + (long)token.Stream,
            token.Line,
            (token.IsContinuation ? 1 : 0) + (token.IsPartial ? 2 : 0) + (token.IsCut ? 4 : 0) + (token.IsDone ? 8 : 0),
            token.Raw.Length,
            token.Text.Length,
            token.Digest.Length,
        ];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(numbers[(8 * i)..], values[i]);
        _fields.AppendData(numbers);
        _fields.AppendData(token.Text);
        _fields.AppendData(token.Digest);
    }
}
