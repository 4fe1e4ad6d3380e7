using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;

namespace DockerArchive.Files;

/// <summary>A file with what a program printed, as UTF-8 bytes whatever way it was kept.</summary>
internal sealed class TextFile : IDisposable
{
    private static readonly StreamPipeReaderOptions Buffering = new(bufferSize: 1 << 16);

    private readonly Stream _text;
    private readonly bool _mayWait;

    private TextFile(Stream text, bool mayWait)
    {
        _text = text;
        _mayWait = mayWait;
    }

    /// <summary>
    /// Opens the file and undoes what keeping it did: gzip, told by its first bytes, and UTF-16, in which Windows
    /// PowerShell's <c>&gt;</c> writes. A byte order mark is left out; everything else arrives byte for byte. It need not
    /// be a file that can be read twice.
    /// </summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidDataException">It looks like gzip and is not.</exception>
    public static async Task<TextFile> OpenAsync(string path, CancellationToken cancellation)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            return new TextFile(await DecodeAsync(file, cancellation), mayWait: !file.CanSeek);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads the next bytes.</summary>
    /// <returns>How many; 0 at the end.</returns>
    /// <exception cref="IOException">They cannot be read.</exception>
    /// <exception cref="InvalidDataException">The gzip is damaged.</exception>
    public int Read(byte[] block, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();

        // Others, such as a pipe, may have nothing to read for ever, and a token alone does not end that.
        return _mayWait
            ? _text.ReadAsync(block, cancellation).AsTask().WaitAsync(cancellation).GetAwaiter().GetResult()
            : _text.Read(block);
    }

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    private static async Task<Stream> DecodeAsync(Stream file, CancellationToken cancellation)
    {
        var (head, from) = await PeekAsync(file, cancellation);
        return head switch
        {
            [0x1f, 0x8b, ..] => await DecodeAsync(new GZipStream(from(0), CompressionMode.Decompress), cancellation),
            [0xef, 0xbb, 0xbf] => from(3),
            [0xff, 0xfe, ..] => Encoding.CreateTranscodingStream(from(2), Encoding.Unicode, Encoding.UTF8),
            [0xfe, 0xff, ..] => Encoding.CreateTranscodingStream(from(2), Encoding.BigEndianUnicode, Encoding.UTF8),
            _ => from(0),
        };
    }

    /// <summary>The first three bytes, and what gives a stream from one of them on.</summary>
    private static async Task<(byte[] Head, Func<int, Stream> From)> PeekAsync(Stream file, CancellationToken cancellation)
    {
        if (file.CanSeek)
        {
            var head = new byte[3];
            var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            return (head[..length], Seek);
        }

        var bytes = PipeReader.Create(file, Buffering);
        var read = (await bytes.ReadAtLeastAsync(3, cancellation)).Buffer;
        return (read.Slice(0, Math.Min(3, read.Length)).ToArray(), Advance);

        Stream Seek(int start)
        {
            file.Position = start;
            return file;
        }

        Stream Advance(int start)
        {
            bytes.AdvanceTo(read.GetPosition(start));
            return bytes.AsStream();
        }
    }
}
