using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>A step while its output is still coming: what a tracker knows of it.</summary>
internal sealed class TrackedStep(int number)
{
    private readonly List<BuildTransfer> _transfers = [];
    private readonly Dictionary<string, int> _transferPlaces = [];
    private readonly List<BuildWarning> _warnings = [];
    private readonly StepRuns _runs = new();
    private readonly StepLogBuffer _log = new();
    private string _name = "";
    private bool _nameIsCut;
    private string? _digest;
    private IReadOnlyList<string> _inputs = [];
    private string? _error;
    private BuildStepState _endState = BuildStepState.Done;
    private TimeSpan? _printedDuration;
    private BuildStep? _snapshot;

    public int Number { get; } = number;

    public BuildStepState State { get; private set; }

    public string Name => _name;

    public string? Error => _error;

    public IReadOnlyList<BuildWarning> Warnings => _warnings;

    public StepLogBuffer Log
    {
        get
        {
            _snapshot = null;
            return _log;
        }
    }

    public void Start(scoped in BuildToken token)
    {
        _snapshot = null;
        if (token.Time is { } time)
        {
            _runs.Start(time);
            State = BuildStepState.Running;
            return;
        }

        _log.ExpectRepeat();
        if (_name.Length == 0 || (_nameIsCut && !token.IsCut))
        {
            _name = Encoding.UTF8.GetString(token.Text);
            _nameIsCut = token.IsCut;
        }

        // A block that opens again after DONE tells of another run, unless the runs' times are told on lines of their own.
        if (State == BuildStepState.Pending || _runs.FirstStart is null)
            State = BuildStepState.Running;
    }

    public void Describe(scoped in BuildToken token, int blankLines)
    {
        _snapshot = null;
        if (!token.Text.IsEmpty)
        {
            string text = Encoding.UTF8.GetString(token.Text);
            _name = token.IsContinuation ? Continue(_name, text, blankLines) : text;
            _nameIsCut = false;
        }

        if (!token.Digest.IsEmpty)
            _digest = Encoding.UTF8.GetString(token.Digest);
        if (!token.Inputs.IsEmpty)
            _inputs = StepNamed.ReadInputs(token.Inputs);
    }

    public void Complete(scoped in BuildToken token, int blankLines)
    {
        _snapshot = null;
        if (token.IsContinuation)
        {
            _error = Continue(_error ?? "", Encoding.UTF8.GetString(token.Text), blankLines);
            return;
        }

        if (token.Time is { } time)
            _runs.End(time);
        if (token.State is { } state)
        {
            _endState = state;
            _error = token.Text.IsEmpty ? null : Encoding.UTF8.GetString(token.Text);
            State = state;
            if (token.Span is { } duration)
                _printedDuration = duration;
        }
        else if (token.Time is not null)
        {
            State = _endState;
        }
    }

    public BuildTransfer Transfer(scoped in BuildToken token)
    {
        _snapshot = null;
        var transfer = new BuildTransfer
        {
            Id = Encoding.UTF8.GetString(token.Text),
            Current = token.Current?.Bytes,
            CurrentPrecision = token.Current?.Precision,
            Total = token.Total?.Bytes,
            TotalPrecision = token.Total?.Precision,
            Elapsed = token.Span,
            Done = token.IsDone,
        };
        if (_transferPlaces.TryGetValue(transfer.Id, out int place))
        {
            _transfers[place] = transfer;
        }
        else
        {
            _transferPlaces.Add(transfer.Id, _transfers.Count);
            _transfers.Add(transfer);
        }

        return transfer;
    }

    public void Warn(scoped in BuildToken token)
    {
        _snapshot = null;
        BuildWarning.Add(_warnings, token);
    }

    public BuildStep Snapshot()
    {
        StepName name = StepName.Parse(_name);
        return _snapshot ??= new BuildStep
        {
            Number = Number,
            Name = _name,
            NameIsCut = _nameIsCut,
            Stage = name.Stage,
            Index = name.Index,
            Total = name.Total,
            Instruction = name.Instruction,
            Platform = name.Platform,
            Digest = _digest,
            Inputs = _inputs,
            State = State,
            Started = _runs.FirstStart,
            Completed = State == BuildStepState.Running ? null : _runs.LastEnd,
            Duration = _runs.Total ?? _printedDuration,
            Error = _error,
            Log = _log.Snapshot(),
            Transfers = [.. _transfers],
            Warnings = [.. _warnings],
        };
    }

    private static string Continue(string text, string next, int blankLines) =>
        string.Concat(text, new string('\n', blankLines + 1), next);
}
