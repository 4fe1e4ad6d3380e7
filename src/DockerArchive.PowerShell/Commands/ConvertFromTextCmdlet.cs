using System.Buffers;
using System.Management.Automation;
using System.Text;
using DockerArchive.Files;

namespace DockerArchive.Commands;

/// <summary>Base of cmdlets that turn what programs printed into objects: lines, bytes and files.</summary>
public abstract class ConvertFromTextCmdlet : PSCmdlet, IDisposable
{
    private protected const string InputSet = "Input";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const int BlockLength = 1 << 16;

    private readonly CancellationTokenSource _stop = new();
    private ITextConversion? _pipeline;

    /// <summary>
    /// Lines as they come from a program, whole texts, bytes, or files as <c>Get-ChildItem</c> gives them. Lines and bytes of
    /// one pipeline are one text, each file is one.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputSet)]
    [AllowEmptyString]
    [AllowNull]
    [AllowEmptyCollection]
    public PSObject? InputObject { get; set; }

    /// <summary>Files with text; gzip and UTF-16 are recognised.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Files whose names are taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>What the text is.</summary>
    private protected abstract TextKind Kind { get; }

    private ITextConversion Pipeline => _pipeline ??= Begin($"Reading {Kind.Title}", null);

    /// <summary>Begins to convert a text.</summary>
    /// <param name="activity">What progress calls it.</param>
    /// <param name="path">The text's file; null for a pipeline.</param>
    private protected abstract ITextConversion Begin(string activity, string? path);

    /// <summary>The bytes of an object that stands for text; null if it does not.</summary>
    private protected virtual ReadOnlyMemory<byte>? BytesOf(object input) => null;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                foreach (var path in Path.SelectMany(Resolve))
                    Convert(path);
                break;
            case LiteralPathSet:
                foreach (var path in LiteralPath.SelectMany(ResolveLiteral))
                    Convert(path);
                break;
            default:
                TakeInput();
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_pipeline is not null)
            _pipeline.Complete();
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what is under way.</summary>
    /// <param name="disposing">Whether managed resources are to be released.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            _stop.Dispose();
    }

    /// <summary>Downstream may have enough in the middle of an object, and then the end of the pipeline does not come.</summary>
    private void TakeInput()
    {
        try
        {
            Take(InputObject?.BaseObject);
        }
        catch (ArchiveException e)
        {
            _pipeline?.Dispose();
            ThrowTerminatingError(e.ToErrorRecord());
        }
        catch
        {
            _pipeline?.Dispose();
            throw;
        }
    }

    private void Take(object? input)
    {
        switch (input)
        {
            case null:
                break;
            case string line:
                TakeLine(line);
                break;
            case byte one:
                Pipeline.Write([one]);
                break;
            case byte[] bytes:
                Pipeline.Write(bytes);
                break;
            // What a program writes to standard error arrives so from 2>&1.
            case ErrorRecord { Exception: { } line }:
                TakeLine(line.Message);
                break;
            case FileInfo file:
                Convert(file.FullName);
                break;
            case var other when BytesOf(other) is { } bytes:
                Pipeline.Write(bytes.Span);
                break;
            default:
                WriteError(new ArchiveException(
                    Kind.WrongType.Id,
                    Kind.WrongType.Category,
                    input,
                    $"An object of type {input.GetType()} is no {Kind.Title}. Pipe lines, bytes or files, or name files with -Path.").ToErrorRecord());
                break;
        }
    }

    private void TakeLine(string line)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(line.Length) + 1);
        var length = Encoding.UTF8.GetBytes(line, buffer);
        if (length == 0 || buffer[length - 1] != '\n')
            buffer[length++] = (byte)'\n';
        Pipeline.Write(buffer.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Convert(string path)
    {
        using var conversion = Begin($"Reading {System.IO.Path.GetFileName(path)}", path);
        try
        {
            Read(path, conversion);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (ArchiveException e)
        {
            WriteError(e.ToErrorRecord());
            return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            WriteError(new ArchiveException(
                Kind.Unreadable.Id, Kind.Unreadable.Category, path, $"'{path}' cannot be read: {e.Message}", e).ToErrorRecord());
            // What was read before counts too, cut short.
            if (!conversion.HasInput)
                return;
        }

        conversion.Complete();
    }

    private void Read(string path, ITextConversion conversion)
    {
        if (Directory.Exists(path))
            throw new IOException("It is a directory.");
        using var source = TextFile.OpenAsync(path, _stop.Token).WaitAsync(_stop.Token).GetAwaiter().GetResult();
        var block = new byte[BlockLength];
        int length;
        while ((length = source.Read(block, _stop.Token)) > 0)
            conversion.Write(block.AsSpan(0, length));
    }

    /// <summary>A wildcard that matches nothing is no error; a name, a drive or a provider that is not there is one.</summary>
    private IReadOnlyCollection<string> Resolve(string path)
    {
        try
        {
            var paths = GetResolvedProviderPathFromPSPath(path, out var provider);
            return InFileSystem(provider, path) ? paths : [];
        }
        catch (SessionStateException e)
        {
            WriteNotFound(path, e);
            return [];
        }
    }

    private IReadOnlyCollection<string> ResolveLiteral(string path)
    {
        try
        {
            var resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            if (!InFileSystem(provider, path))
                return [];
            if (File.Exists(resolved) || Directory.Exists(resolved))
                return [resolved];
            WriteNotFound(path, null);
        }
        catch (SessionStateException e)
        {
            WriteNotFound(path, e);
        }

        return [];
    }

    private bool InFileSystem(ProviderInfo provider, string path)
    {
        if (provider.Name == "FileSystem")
            return true;
        WriteError(ArchiveException.NotAFileSystemPath(path).ToErrorRecord());
        return false;
    }

    private void WriteNotFound(string path, Exception? inner) => WriteError(new ArchiveException(
        Kind.NotFound.Id, Kind.NotFound.Category, path, $"There is no file '{path}'.", inner).ToErrorRecord());
}

/// <summary>What a text is, and how problems with it are called.</summary>
/// <param name="Title">Its name for people.</param>
/// <param name="NotFound">There is no such file.</param>
/// <param name="Unreadable">A file cannot be read.</param>
/// <param name="WrongType">An object is no text.</param>
internal sealed record TextKind(
    string Title, (string Id, ErrorCategory Category) NotFound, (string Id, ErrorCategory Category) Unreadable, (string Id, ErrorCategory Category) WrongType);

/// <summary>One text on its way from bytes to objects.</summary>
internal interface ITextConversion : IDisposable
{
    /// <summary>Whether there was anything to convert so far.</summary>
    bool HasInput { get; }

    /// <summary>Takes the next bytes, and gives out what they complete.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Gives out what is left at the text's end.</summary>
    void Complete();
}
