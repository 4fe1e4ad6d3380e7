using System.Management.Automation;
using DockerArchive.Buildkit;

namespace DockerArchive.Commands;

/// <summary>
/// Turns the progress output of <c>buildctl build</c>, docker or buildx into objects. Each text is one build; the events of
/// another parser are text too.
/// </summary>
[Cmdlet(VerbsData.ConvertFrom, "BuildctlProgress", DefaultParameterSetName = InputSet)]
[OutputType(typeof(BuildResult))]
[OutputType(typeof(BuildStep))]
[OutputType(typeof(BuildEvent))]
public sealed class ConvertFromBuildctlProgressCommand : ConvertFromTextCmdlet
{
    /// <summary>Give out each event when its text has been read.</summary>
    [Parameter]
    public SwitchParameter AsEvent { get; set; }

    /// <summary>Give out the steps instead of the result that holds them.</summary>
    [Parameter]
    public SwitchParameter AsStep { get; set; }

    private protected override TextKind Kind { get; } = new(
        "build progress",
        NotFound: ("ProgressFileNotFound", ErrorCategory.ObjectNotFound),
        Unreadable: ("ProgressFileUnreadable", ErrorCategory.ReadError),
        WrongType: ("InputNotProgress", ErrorCategory.InvalidType));

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

    private protected override ITextConversion Begin(string activity, string? path) => new Conversion(this, activity, path);

    private protected override ReadOnlyMemory<byte>? BytesOf(object input) => (input as BuildEvent)?.Raw;

    /// <summary>One build on its way from bytes to what is given out.</summary>
    private sealed class Conversion : ITextConversion, IBuildEventSink
    {
        private readonly ConvertFromBuildctlProgressCommand _cmdlet;
        private readonly string? _path;
        private readonly ProgressParser _parser;
        private readonly List<BuildEvent>? _events;
        private readonly BuildTracker _tracker;
        private readonly ProgressLine _line;
        private readonly BuildProgress _progress;

        public Conversion(ConvertFromBuildctlProgressCommand cmdlet, string activity, string? path)
        {
            _cmdlet = cmdlet;
            _path = path;
            _parser = new ProgressParser(this);
            _events = cmdlet.AsEvent ? [] : null;
            _tracker = new BuildTracker { KeepLog = !cmdlet.AsEvent };
            _line = new ProgressLine(cmdlet.WriteProgress, activity);
            _progress = new BuildProgress(_line, _tracker, cmdlet.WriteProgress);
        }

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
            if (_cmdlet.AsStep)
                _cmdlet.WriteObject(_tracker.Steps, enumerateCollection: true);
            else if (!_cmdlet.AsEvent)
                _cmdlet.WriteObject(_tracker.ToResult() with { RawOutput = _path });
        }

        public void Accept(scoped in BuildToken token)
        {
            HasInput = true;
            _tracker.Accept(in token);
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
