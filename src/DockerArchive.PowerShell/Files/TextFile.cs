using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;

namespace DockerArchive.Files;

/// <summary>A file with what a program printed, as UTF-8 bytes whatever way it was kept.</summary>
internal static class TextFile
{
    private static readonly StreamPipeReaderOptions Buffering = new(bufferSize: 1 << 16);

    /// <summary>
    /// Opens the file and undoes what keeping it did: gzip, told by its first bytes, and UTF-16, in which Windows
    /// PowerShell's <c>&gt;</c> writes. A byte order mark is left out; everything else arrives byte for byte. It need not
    /// be a file that can be read twice.
    /// </summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidDataException">It looks like gzip and is not.</exception>
    public static async Task<Stream> OpenAsync(string path, CancellationToken cancellation)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            return await DecodeAsync(PipeReader.Create(file, Buffering), cancellation);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static async Task<Stream> DecodeAsync(PipeReader bytes, CancellationToken cancellation)
    {
        var start = (await bytes.ReadAtLeastAsync(3, cancellation)).Buffer;
        var head = start.Slice(0, Math.Min(3, start.Length)).ToArray();
        var (mark, encoding) = head switch
        {
            [0xef, 0xbb, 0xbf] => (3, Encoding.UTF8),
            [0xff, 0xfe, ..] => (2, Encoding.Unicode),
            [0xfe, 0xff, ..] => (2, Encoding.BigEndianUnicode),
            _ => (0, Encoding.UTF8),
        };
        bytes.AdvanceTo(start.GetPosition(mark));
        if (head is [0x1f, 0x8b, ..])
        {
            var unpacked = new GZipStream(bytes.AsStream(), CompressionMode.Decompress);
            return await DecodeAsync(PipeReader.Create(unpacked, Buffering), cancellation);
        }

        return encoding == Encoding.UTF8
            ? bytes.AsStream()
            : Encoding.CreateTranscodingStream(bytes.AsStream(), encoding, Encoding.UTF8);
    }
}
