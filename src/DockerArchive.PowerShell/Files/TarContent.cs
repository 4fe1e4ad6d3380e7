using System.Security.Cryptography;

namespace DockerArchive.Files;

/// <summary>
/// A file's content on its way out: exactly as many bytes as the file had when it was opened, as they are announced before
/// them, whoever goes on writing to it.
/// </summary>
internal sealed class TarContent(FileStream file, Action<int> onRead, IncrementalHash? hash = null) : Stream
{
    private readonly long _length = file.Length;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => file.Position;
        set => file.Position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        var left = _length - file.Position;
        if (left <= 0)
            return 0;
        var read = file.Read(buffer[..(int)Math.Min(left, buffer.Length)]);
        if (read == 0 && buffer.Length > 0)
            throw new EndOfStreamException($"'{file.Name}' became shorter while it was read.");
        hash?.AppendData(buffer[..read]);
        onRead(read);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
