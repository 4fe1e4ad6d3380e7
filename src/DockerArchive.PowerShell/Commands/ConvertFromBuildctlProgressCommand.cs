using System.Buffers;
using System.Management.Automation;
using System.Text;
using DockerArchive.Buildkit;

namespace DockerArchive.Commands;

/// <summary>Turns the progress output of <c>buildctl build</c>, docker or buildx into objects.</summary>
[Cmdlet(VerbsData.ConvertFrom, "BuildctlProgress", DefaultParameterSetName = InputSet)]
[OutputType(typeof(BuildResult))]
[OutputType(typeof(BuildStep))]
[OutputType(typeof(BuildEvent))]
public sealed class ConvertFromBuildctlProgressCommand : PSCmdlet, IDisposable
{
    private const string InputSet = "Input";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const int BlockLength = 1 << 16;

    private readonly CancellationTokenSource _stop = new();
    private Conversion? _pipeline;

    /// <summary>
    /// Lines as they come from a program, whole texts, bytes, files as <c>Get-ChildItem</c> gives them, or the events of
    /// another parser. Lines and bytes of one pipeline are one build, each file is one.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputSet)]
    [AllowEmptyString]
    [AllowNull]
    [AllowEmptyCollection]
    public PSObject? InputObject { get; set; }

    /// <summary>Files with output, one build each; gzip and UTF-16 are recognised.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Files whose names are taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Give out each event when its text has been read.</summary>
    [Parameter]
    public SwitchParameter AsEvent { get; set; }

    /// <summary>Give out the steps instead of the result that holds them.</summary>
    [Parameter]
    public SwitchParameter AsStep { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (AsEvent && AsStep)
        {
            ThrowTerminatingError(new ArchiveException(
                "OutputAmbiguous",
                ErrorCategory.InvalidArgument,
                null,
                "-AsEvent and -AsStep exclude each other. A BuildResult, the output without them, has the steps.").ToErrorRecord());
        }
    }

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
            Finish(_pipeline, null);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>Downstream may have enough in the middle of an object, and then the end of the pipeline does not come.</summary>
    private void TakeInput()
    {
        try
        {
            Take(InputObject?.BaseObject);
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
            case BuildEvent told:
                Pipeline.Write(told.Raw.Span);
                break;
            case FileInfo file:
                Convert(file.FullName);
                break;
            default:
                WriteError(new ArchiveException(
                    "InputNotProgress",
                    ErrorCategory.InvalidType,
                    input,
                    $"An object of type {input.GetType()} is no build output. Pipe lines, bytes or files, or name files with -Path.").ToErrorRecord());
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

    private Conversion Pipeline => _pipeline ??= new Conversion(this, "Reading build progress");

    private void Convert(string path)
    {
        using var conversion = new Conversion(this, $"Reading {System.IO.Path.GetFileName(path)}");
        try
        {
            Read(path, conversion);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            WriteError(new ArchiveException(
                "ProgressFileUnreadable", ErrorCategory.ReadError, path, $"'{path}' cannot be read: {e.Message}", e).ToErrorRecord());
            // What was read before is a build too, cut short.
            if (!conversion.HasInput)
                return;
        }

        Finish(conversion, path);
    }

    private void Read(string path, Conversion conversion)
    {
        if (Directory.Exists(path))
            throw new IOException("It is a directory.");
        using var source = ProgressFile.OpenAsync(path, _stop.Token).WaitAsync(_stop.Token).GetAwaiter().GetResult();
        var block = new byte[BlockLength];
        int length;
        // A pipe's read does not end by a token alone.
        while ((length = source.ReadAsync(block, _stop.Token).AsTask().WaitAsync(_stop.Token).GetAwaiter().GetResult()) > 0)
            conversion.Write(block.AsSpan(0, length));
    }

    private void Finish(Conversion conversion, string? path)
    {
        conversion.Complete();
        if (AsStep)
            WriteObject(conversion.Tracker.Steps, enumerateCollection: true);
        else if (!AsEvent)
            WriteObject(conversion.Tracker.ToResult() with { RawOutput = path });
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
        "ProgressFileNotFound", ErrorCategory.ObjectNotFound, path, $"There is no file '{path}'.", inner).ToErrorRecord());

    /// <summary>One build on its way from bytes to what is given out.</summary>
    private sealed class Conversion : IBuildEventSink, IDisposable
    {
        private readonly ConvertFromBuildctlProgressCommand _cmdlet;
        private readonly ProgressParser _parser;
        private readonly List<BuildEvent>? _events;
        private readonly ProgressLine _line;
        private readonly BuildProgress _progress;

        public Conversion(ConvertFromBuildctlProgressCommand cmdlet, string activity)
        {
            _cmdlet = cmdlet;
            _parser = new ProgressParser(this);
            _events = cmdlet.AsEvent ? [] : null;
            Tracker = new BuildTracker { KeepLog = !cmdlet.AsEvent };
            _line = new ProgressLine(cmdlet.WriteProgress, activity);
            _progress = new BuildProgress(_line, Tracker, cmdlet.WriteProgress);
        }

        public BuildTracker Tracker { get; }

        public bool HasInput { get; private set; }

        /// <summary>Takes input and gives out what it told. What costs as much as a line is done once for all its lines.</summary>
        public void Write(ReadOnlySpan<byte> bytes)
        {
            _parser.Write(bytes);
            GiveOut();
            if (_progress.IsDue)
                _progress.Refresh();
        }

        public void Complete()
        {
            _parser.Complete();
            GiveOut();
            Dispose();
        }

        public void Accept(scoped in BuildToken token)
        {
            HasInput = true;
            Tracker.Accept(in token);
            _progress.Accept(in token);
            _events?.Add(token.ToEvent());
        }

        public void Dispose()
        {
            _progress.Dispose();
            _line.Dispose();
        }

        private void GiveOut()
        {
            if (_events is not { Count: > 0 })
                return;
            _cmdlet.WriteObject(_events, enumerateCollection: true);
            _events.Clear();
        }
    }
}
