using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>The summary of a failed build while its lines come.</summary>
internal sealed class TrackedFailure
{
    private readonly List<string> _excerpt = [];
    private string? _message;
    private string? _stepName;
    private string? _file;
    private int? _line;

    public void Add(scoped in BuildToken token, int blankLines)
    {
        string text = Encoding.UTF8.GetString(token.Text);
        switch (token.Part)
        {
            case BuildFailurePart.Message:
                _message = token.IsContinuation
                    ? string.Concat(_message, new string('\n', blankLines + 1), text)
                    : text;
                break;
            case BuildFailurePart.StepName:
                _stepName = token.IsContinuation ? $"{_stepName}\n{text}" : text;
                break;
            case BuildFailurePart.Position:
                (_file, _line) = (text, token.Line);
                break;
            case BuildFailurePart.Excerpt:
                _excerpt.Add(text);
                break;
        }
    }

    /// <summary>Puts the error together.</summary>
    /// <param name="steps">The build's steps.</param>
    /// <returns>The error, or null when nothing failed.</returns>
    public BuildError? ToError(IReadOnlyList<BuildStep> steps)
    {
        BuildStep[] failed = [.. steps.Where(step => step.State == BuildStepState.Failed)];
        BuildStep? step = Culprit(failed);
        string? message = _message ?? step?.Error;
        if (message is null)
            return null;
        return new BuildError
        {
            Message = message,
            Step = step?.Number,
            ExitCode = FailureText.ExitCode(step?.Error ?? message) ?? FailureText.ExitCode(message),
            Excerpt = [.. _excerpt],
            SourceFile = _file,
            SourceLine = _line,
            Process = FailureText.Process(step?.Error ?? message) ?? FailureText.Process(message),
        };
    }

    /// <summary>Of several failed steps, the final error quotes one; the summary names those that failed by themselves.</summary>
    private BuildStep? Culprit(BuildStep[] failed) =>
        failed.FirstOrDefault(step =>
            step.Error is { } error && _message?.Contains(error, StringComparison.Ordinal) == true)
        ?? failed.FirstOrDefault(step => step.Name == _stepName)
        ?? failed.FirstOrDefault();
}
