namespace DockerArchive.Buildkit;

/// <summary>
/// Puts the tokens of one build together into steps. It is fed by one thread at a time; several parsers may share it, one
/// per stream of the process.
/// </summary>
public sealed class BuildTracker : IBuildEventSink
{
    private readonly SortedDictionary<int, TrackedStep> _steps = [];
    private readonly List<BuildWarning> _buildWarnings = [];
    private readonly TrackedFailure _failure = new();
    private TrackedStep? _latest;
    private int _blankLines;

    /// <summary>A step started, got its name, ended, warned or moved a transfer. A log line does not raise it.</summary>
    public event EventHandler<BuildStepChangedEventArgs>? StepChanged;

    /// <summary>Keeps the steps' log lines; without, the tracker's memory does not grow with the log. True by default.</summary>
    public bool KeepLog { get; init; } = true;

    /// <summary>How many steps are known.</summary>
    public int StepCount => _steps.Count;

    /// <summary>How many steps have ended.</summary>
    public int CompletedStepCount => _steps.Values.Count(step => step.State > BuildStepState.Running);

    /// <summary>The steps by their numbers, as far as the output has told.</summary>
    public IReadOnlyList<BuildStep> Steps => [.. _steps.Values.Select(step => step.Snapshot())];

    /// <summary>The steps that run now.</summary>
    public IReadOnlyList<BuildStep> RunningSteps =>
        [.. _steps.Values.Where(step => step.State == BuildStepState.Running).Select(step => step.Snapshot())];

    /// <inheritdoc/>
    public void Accept(scoped in BuildToken token)
    {
        switch (token.Kind)
        {
            case BuildEventKind.StepLog:
                if (KeepLog)
                    Step(token.Step).Log.Add(token);
                break;
            case BuildEventKind.Separator:
                _blankLines++;
                return;
            case BuildEventKind.BuildFailed:
                _failure.Add(token, _blankLines);
                break;
            case BuildEventKind.StepSuspended:
                Step(token.Step).Log.ExpectRepeat();
                break;
            case BuildEventKind.StepWarned when token.Step == BuildToken.NoStep:
                BuildWarning.Add(_buildWarnings, token);
                break;
            case BuildEventKind.Unrecognised:
                break;
            default:
                Change(token);
                break;
        }

        _blankLines = 0;
    }

    /// <summary>Puts together what the output has told. The caller fills in what the output does not know.</summary>
    /// <param name="exitCode">The exit code of the process, or null when unknown.</param>
    /// <returns>The result.</returns>
    public BuildResult ToResult(int? exitCode = null) => ToResult(exitCode, Steps);

    /// <summary>Puts together what the output has told, completed by the trace of the same build.</summary>
    /// <param name="exitCode">The exit code of the process, or null when unknown.</param>
    /// <param name="trace">A tracker that was fed what <c>buildctl build --trace FILE</c> wrote.</param>
    /// <returns>The result; its steps keep the numbers of the output.</returns>
    public BuildResult ToResult(int? exitCode, BuildTracker trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        return ToResult(exitCode, TraceCompletion.Complete(Steps, trace.Steps));
    }

    private BuildResult ToResult(int? exitCode, IReadOnlyList<BuildStep> told)
    {
        List<BuildWarning> listed = [.. _buildWarnings];
        BuildStep[] steps = [.. told.Select(step => Complete(step, listed))];
        BuildError? error = _failure.ToError(steps);
        DateTimeOffset? started = steps.Min(step => step.Started);
        return new BuildResult
        {
            ExitCode = exitCode,
            Succeeded = exitCode is { } code ? code == 0 : error is null && HaveEnded(steps),
            Started = started,
            Duration = steps.Max(step => step.Completed) - started,
            Steps = steps,
            Warnings = [.. steps.SelectMany(step => step.Warnings), .. listed],
            Error = exitCode == 0 ? null : error,
            Exports = [.. steps.Select(ExportReader.Read).OfType<BuildExport>()],
        };
    }

    /// <summary>JSON also tells of steps that were never needed.</summary>
    private static bool HaveEnded(IReadOnlyList<BuildStep> steps) =>
        steps.Any(step => step.State is BuildStepState.Done or BuildStepState.Cached)
        && steps.All(step => step.State is BuildStepState.Done or BuildStepState.Cached or BuildStepState.Pending);

    private void Change(scoped in BuildToken token)
    {
        TrackedStep step = Step(token.Step);
        BuildTransfer? transfer = null;
        switch (token.Kind)
        {
            case BuildEventKind.StepStarted:
                step.Start(token);
                break;
            case BuildEventKind.StepNamed:
                step.Describe(token, _blankLines);
                break;
            case BuildEventKind.StepCompleted:
                step.Complete(token, _blankLines);
                break;
            case BuildEventKind.StepWarned:
                step.Warn(token);
                break;
            case BuildEventKind.TransferUpdated:
                transfer = step.Transfer(token);
                break;
        }

        StepChanged?.Invoke(this, new BuildStepChangedEventArgs(step.Number, step.Name, step.State, transfer));
    }

    private TrackedStep Step(int number)
    {
        if (_latest?.Number == number)
            return _latest;
        if (!_steps.TryGetValue(number, out TrackedStep? step))
            _steps.Add(number, step = new TrackedStep(number));
        return _latest = step;
    }

    /// <summary>buildx's closing list repeats what the blocks told, and with --debug tells more of it.</summary>
    private static BuildStep Complete(BuildStep step, List<BuildWarning> listed)
    {
        if (step.Warnings.Count == 0 || listed.Count == 0)
            return step;
        return step with { Warnings = [.. step.Warnings.Select(Complete)] };

        BuildWarning Complete(BuildWarning warning)
        {
            int place = listed.FindIndex(warning.IsSameAs);
            if (place < 0)
                return warning;
            BuildWarning complete = warning.With(listed[place]);
            listed.RemoveAt(place);
            return complete;
        }
    }
}
