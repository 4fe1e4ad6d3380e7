using System.IO.Pipelines;

namespace DockerArchive.Files;

/// <summary>
/// Lets files be read and packed on a thread of their own while what was packed before is being sent, in packets as large
/// as the channel takes however small the writes are.
/// </summary>
internal sealed class ReadAhead : Stream
{
    private const int Ahead = 4 * 1024 * 1024;
    private const int Batch = 256 * 1024;

    private readonly PipeWriter _writer;
    private readonly CancellationToken _cancellation;
    private int _pending;

    private ReadAhead(PipeWriter writer, CancellationToken cancellation)
    {
        _writer = writer;
        _cancellation = cancellation;
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Runs <paramref name="pack"/> and sends what it writes to <paramref name="output"/>.</summary>
    public static async Task SendAsync(Stream output, Action<Stream> pack, CancellationToken cancellation)
    {
        var pipe = new Pipe(new PipeOptions(
            pauseWriterThreshold: Ahead, resumeWriterThreshold: Ahead / 2, minimumSegmentSize: 128 * 1024, useSynchronizationContext: false));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var packing = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    var stream = new ReadAhead(pipe.Writer, stop.Token);
                    pack(stream);
                    stream.Send();
                    pipe.Writer.Complete();
                }
                catch (Exception e)
                {
                    pipe.Writer.Complete(e);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            while (true)
            {
                var read = await pipe.Reader.ReadAsync(cancellation);
                foreach (var segment in read.Buffer)
                    await output.WriteAsync(segment, cancellation);
                pipe.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return;
            }
        }
        finally
        {
            stop.Cancel();
            await pipe.Reader.CompleteAsync();
            await packing;
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var span = _writer.GetSpan();
            var length = Math.Min(span.Length, buffer.Length);
            buffer[..length].CopyTo(span);
            _writer.Advance(length);
            buffer = buffer[length..];
            if ((_pending += length) >= Batch)
                Send();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Whoever packs flushes after every file; sending then would make small packets.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Send()
    {
        _cancellation.ThrowIfCancellationRequested();
        _pending = 0;
        _writer.FlushAsync(_cancellation).AsTask().GetAwaiter().GetResult();
    }
}
