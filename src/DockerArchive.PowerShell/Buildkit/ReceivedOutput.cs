using System.Formats.Tar;
using System.IO.Pipelines;
using System.Management.Automation;

namespace DockerArchive.Buildkit;

/// <summary>
/// An output of a build on its way to the user's disk. It is written beside its destination and moved there when it is
/// whole; until then the destination is as it was.
/// </summary>
internal abstract class ReceivedOutput : IAsyncDisposable
{
    private protected ReceivedOutput(string destination)
    {
        Destination = destination;
        Partial = $"{destination.TrimEnd(Path.DirectorySeparatorChar)}.{Guid.NewGuid().ToString("n")[..8]}.partial";
        if (Path.GetDirectoryName(destination) is { Length: > 0 } parent)
            Directory.CreateDirectory(parent);
    }

    private protected string Destination { get; }

    private protected string Partial { get; }

    /// <summary>The output is one file.</summary>
    public static ReceivedOutput ForFile(string destination) => Guard(destination, () => new FileOutput(destination));

    /// <summary>The output arrives as a tar stream and becomes a directory; an existing one is added to, as docker does.</summary>
    public static ReceivedOutput ForDirectory(string destination) => Guard(destination, () => new DirectoryOutput(destination));

    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Puts the output in its place.</summary>
    public abstract Task CommitAsync(CancellationToken cancellation);

    /// <summary>Removes what did not reach its place.</summary>
    public abstract ValueTask DisposeAsync();

    private static ReceivedOutput Guard(string destination, Func<ReceivedOutput> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(destination, e);
        }
    }

    private static ArchiveException NotWritten(string destination, Exception e) => new(
        "OutputNotWritten", ErrorCategory.WriteError, destination, $"'{destination}' (-Output) cannot be written: {e.Message}", e);

    private sealed class FileOutput : ReceivedOutput
    {
        private readonly FileStream _file;

        public FileOutput(string destination)
            : base(destination) => _file = new FileStream(Partial, FileMode.CreateNew, FileAccess.Write);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            try
            {
                await _file.WriteAsync(bytes);
            }
            catch (IOException e)
            {
                throw NotWritten(Destination, e);
            }
        }

        public override async Task CommitAsync(CancellationToken cancellation)
        {
            try
            {
                await _file.DisposeAsync();
                File.Move(Partial, Destination, overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw NotWritten(Destination, e);
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await _file.DisposeAsync();
            File.Delete(Partial);
        }
    }

    private sealed class DirectoryOutput : ReceivedOutput
    {
        private readonly Pipe _pipe = new();
        private readonly Task _extracting;

        public DirectoryOutput(string destination)
            : base(destination)
        {
            Directory.CreateDirectory(Partial);
            _extracting = ExtractAsync();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => await _pipe.Writer.WriteAsync(bytes);

        public override async Task CommitAsync(CancellationToken cancellation)
        {
            await _pipe.Writer.CompleteAsync();
            try
            {
                await _extracting.WaitAsync(cancellation);
                MoveInto(new DirectoryInfo(Partial), Destination);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                throw NotWritten(Destination, e);
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await _pipe.Writer.CompleteAsync(new OperationCanceledException());
            await _extracting.ContinueWith(static _ => { }, TaskScheduler.Default);
            if (Directory.Exists(Partial))
                Directory.Delete(Partial, recursive: true);
        }

        /// <summary>The framework refuses entries and links that would lead out of the directory.</summary>
        private async Task ExtractAsync()
        {
            try
            {
                await TarFile.ExtractToDirectoryAsync(_pipe.Reader.AsStream(), Partial, overwriteFiles: true);
                await _pipe.Reader.CompleteAsync();
            }
            catch (Exception e)
            {
                await _pipe.Reader.CompleteAsync(e);
                throw;
            }
        }

        private static void MoveInto(DirectoryInfo source, string destination)
        {
            if (!Directory.Exists(destination))
            {
                source.MoveTo(destination);
                return;
            }

            foreach (var item in source.EnumerateFileSystemInfos())
            {
                var target = Path.Combine(destination, item.Name);
                if (item is DirectoryInfo { LinkTarget: null } directory)
                    MoveInto(directory, target);
                else
                    File.Move(item.FullName, target, overwrite: true);
            }
        }
    }
}
