using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;

namespace DockerArchive.Host;

/// <summary>Reads commands and runs them until <c>exit</c> or the end of the input.</summary>
internal sealed class CommandLoop
{
    private const string ContinuationPrompt = ">> ";

    private readonly Session _session;
    private readonly ConsoleOutput _output;
    private readonly LineHistory _history = new();
    private readonly LineEditor _editor;

    public CommandLoop(Session session, ConsoleOutput output)
    {
        _session = session;
        _output = output;
        _editor = new LineEditor(output, session.Keys, _history, Complete);
    }

    /// <summary>Reads from the terminal, with a prompt.</summary>
    public void RunInteractive()
    {
        while (!_session.ShouldLeavePrompt)
        {
            var line = ReadCommand();
            if (line.Ended == LineEnd.EndOfInput)
                return;
            if (string.IsNullOrWhiteSpace(line.Text))
                continue;

            _history.Add(line.Text);
            _session.RunLine(line.Text);
        }
    }

    /// <summary>
    /// Reads from a redirected standard input, without prompts. As in pwsh, an empty line ends a block of lines.
    /// </summary>
    public void RunRedirected()
    {
        var block = new StringBuilder();
        while (!_session.ShouldLeavePrompt)
        {
            var line = Console.In.ReadLine();
            var blockEnds = string.IsNullOrWhiteSpace(line);
            if (block.Length > 0)
                block.Append('\n');
            block.Append(line);

            var text = block.ToString();
            var continues = text.Contains('\n') ? !blockEnds : IsIncomplete(text);
            if (line is not null && (continues || IsIncomplete(text)))
                continue;

            block.Clear();
            if (!string.IsNullOrWhiteSpace(text))
                _session.RunLine(text);
            if (line is null)
                return;
        }
    }

    private EditedLine ReadCommand()
    {
        _output.EnsureLineStart();
        var line = _editor.Read(Prompt());
        var text = line.Text;
        while (line.Ended == LineEnd.Accepted && IsIncomplete(text))
        {
            line = _editor.Read(ContinuationPrompt);
            text += "\n" + line.Text;
        }

        return line.Ended == LineEnd.Accepted ? line with { Text = text } : line;
    }

    private string Prompt() =>
        _session.Evaluate("prompt") is [{ } prompt, ..] && prompt.ToString() is { Length: > 0 } text ? text : "PS> ";

    private static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out var errors);
        return Array.Exists(errors, error => error.IncompleteInput);
    }

    private CommandCompletion? Complete(string text, int cursor)
    {
        try
        {
            using var engine = PowerShell.Create(RunspaceMode.CurrentRunspace);
            return CommandCompletion.CompleteInput(text, cursor, options: null, engine);
        }
        catch (Exception exception) when (exception is RuntimeException or InvalidOperationException)
        {
            // An argument completer of some module failed; the line stays as it is.
            return null;
        }
    }
}
