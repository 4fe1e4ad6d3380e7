using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace DockerArchive.Host;

/// <summary>The engine's streams on the console, and its questions to the user.</summary>
internal sealed class ConsoleUserInterface : PSHostUserInterface, IHostUISupportsMultipleChoiceSelection
{
    private readonly ConsoleOutput _output;
    private readonly Prompter _prompter;

    public ConsoleUserInterface(ConsoleOutput output, Session session, bool nonInteractive)
    {
        _output = output;
        RawUI = new RawConsole(output, session);
        _prompter = new Prompter(output, session, nonInteractive);
    }

    public override PSHostRawUserInterface RawUI { get; }

    public override bool SupportsVirtualTerminal => _output.SupportsVirtualTerminal;

    public override void Write(string value) => _output.Write(value);

    public override void WriteLine(string value) => _output.Write(value + Environment.NewLine);

    public override void WriteLine() => _output.Write(Environment.NewLine);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        _output.Write(Coloured(foregroundColor, backgroundColor, value));

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        _output.Write(Coloured(foregroundColor, backgroundColor, value) + Environment.NewLine);

    public override void WriteErrorLine(string value)
    {
        if (!string.IsNullOrEmpty(value))
            _output.WriteError(value + Environment.NewLine);
    }

    public override void WriteWarningLine(string message) =>
        WriteLine($"{PSStyle.Instance.Formatting.Warning}WARNING: {message}{PSStyle.Instance.Reset}");

    public override void WriteVerboseLine(string message) =>
        WriteLine($"{PSStyle.Instance.Formatting.Verbose}VERBOSE: {message}{PSStyle.Instance.Reset}");

    public override void WriteDebugLine(string message) =>
        WriteLine($"{PSStyle.Instance.Formatting.Debug}DEBUG: {message}{PSStyle.Instance.Reset}");

    public override void WriteProgress(long sourceId, ProgressRecord record) => _output.ShowProgress(sourceId, record);

    public override string ReadLine() => _prompter.ReadLine();

    public override SecureString ReadLineAsSecureString() => _prompter.ReadSecret();

    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions) =>
        _prompter.AskFields(caption, message, descriptions);

    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        _prompter.AskChoice(caption, message, choices, defaultChoice);

    public Collection<int> PromptForChoice(
        string? caption, string? message, Collection<ChoiceDescription> choices, IEnumerable<int>? defaultChoices) =>
        _prompter.AskChoices(caption, message, choices, [.. defaultChoices ?? []]);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName) =>
        _prompter.AskCredential(caption, message, userName, targetName);

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => _prompter.AskCredential(caption, message, userName, targetName);

    private static string Coloured(ConsoleColor foreground, ConsoleColor background, string text)
    {
        // A terminal's own colours have no number; the engine hands them back as an invalid one.
        var codes = (Enum.IsDefined(foreground) ? PSStyle.MapForegroundColorToEscapeSequence(foreground) : "")
            + (Enum.IsDefined(background) ? PSStyle.MapBackgroundColorToEscapeSequence(background) : "");
        return codes.Length == 0 ? text : codes + text + PSStyle.Instance.Reset;
    }
}
