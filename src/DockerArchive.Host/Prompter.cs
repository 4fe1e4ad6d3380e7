using System.Collections;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace DockerArchive.Host;

/// <summary>Questions that a running pipeline asks the user.</summary>
internal sealed class Prompter(ConsoleOutput output, Session session, bool nonInteractive)
{
    private readonly LineEditor _editor = new(output, session.Keys);

    public string ReadLine()
    {
        RequireUser("A line of input");
        return Answer("");
    }

    public SecureString ReadSecret()
    {
        RequireUser("A secret");
        return Secret("");
    }

    public Dictionary<string, PSObject> AskFields(
        string caption, string message, Collection<FieldDescription> fields)
    {
        RequireUser($"A value for '{string.Join("', '", fields.Select(field => field.Name))}'");
        Introduce(caption, message);

        var answers = new Dictionary<string, PSObject>();
        foreach (var field in fields)
            answers.Add(field.Name, PSObject.AsPSObject(AskField(field)));

        return answers;
    }

    public int AskChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RequireUser($"'{OneLine(message, caption)}'");
        Introduce(caption, message);
        while (true)
        {
            var options = string.Concat(choices.Select((choice, index) => Option(choice, index == defaultChoice)));
            var hint = defaultChoice >= 0 ? $"(default is \"{KeyOrLabel(choices[defaultChoice])}\")" : "";
            var answer = Answer($"{options}[?] Help {hint}: ").Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
                return defaultChoice;
            if (answer == "?")
                Explain(choices);
            else if (Pick(choices, answer) is var picked && picked >= 0)
                return picked;
        }
    }

    public Collection<int> AskChoices(
        string? caption, string? message, Collection<ChoiceDescription> choices, int[] defaultChoices)
    {
        RequireUser($"'{OneLine(message, caption)}'");
        Introduce(caption, message);
        foreach (var (index, choice) in choices.Index())
            output.Write(Option(choice, defaultChoices.Contains(index)) + Environment.NewLine);

        var defaults = string.Join(",", defaultChoices.Select(index => KeyOrLabel(choices[index])));
        output.Write($"[?] Help (default choices are {defaults})" + Environment.NewLine);

        var picked = new Collection<int>();
        while (true)
        {
            var answer = Answer($"Choice[{picked.Count}]: ").Trim();
            if (answer.Length == 0)
                return picked.Count > 0 ? picked : new Collection<int>(defaultChoices);
            if (answer == "?")
                Explain(choices);
            else if (Pick(choices, answer) is var index && index >= 0)
                picked.Add(index);
        }
    }

    public PSCredential AskCredential(string? caption, string? message, string? userName, string? target)
    {
        RequireUser("A credential");
        Introduce(caption, message);
        while (string.IsNullOrEmpty(userName))
            userName = Answer("User: ");

        var password = Secret($"Password for user {userName}: ");
        return new PSCredential(string.IsNullOrEmpty(target) ? userName : $"{target}\\{userName}", password);
    }

    private object? AskField(FieldDescription field)
    {
        var type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
        if (type == typeof(SecureString))
            return Secret($"{field.Name}: ");
        if (type == typeof(PSCredential))
            return AskCredential(field.Name, null, null, null);
        if (!typeof(IList).IsAssignableFrom(type))
            return AskConverted(field, $"{field.Name}: ", type, endsOnEmpty: false);

        var element = type.GetElementType() ?? typeof(object);
        var items = new ArrayList();
        while (AskConverted(field, $"{field.Name}[{items.Count}]: ", element, endsOnEmpty: true) is { } item)
            items.Add(item);

        return LanguagePrimitives.ConvertTo(items, type, CultureInfo.CurrentCulture);
    }

    private object? AskConverted(FieldDescription field, string prompt, Type type, bool endsOnEmpty)
    {
        while (true)
        {
            var answer = Answer(prompt);
            if (answer == "!?")
                output.Write(Help(field) + Environment.NewLine);
            else if (answer.Length == 0 && endsOnEmpty)
                return null;
            else if (LanguagePrimitives.TryConvertTo(answer, type, out var converted))
                return converted;
            else
                output.WriteError($"Cannot recognize \"{answer}\" as a {type.FullName}." + Environment.NewLine);
        }
    }

    private string Answer(string prompt) => _editor.Read(prompt) switch
    {
        { Ended: LineEnd.Accepted, Text: var text } => text,
        _ => throw Cancelled(),
    };

    private SecureString Secret(string prompt)
    {
        var secret = new SecureString();
        foreach (var character in _editor.Read(prompt, mask: '*') is { Ended: LineEnd.Accepted, Text: var text }
            ? text
            : throw Cancelled())
            secret.AppendChar(character);

        secret.MakeReadOnly();
        return secret;
    }

    /// <summary>Ctrl+C at a question stops the pipeline that asked, as it does in pwsh.</summary>
    private PipelineStoppedException Cancelled()
    {
        session.Interrupt();
        return new PipelineStoppedException();
    }

    private void RequireUser(string what)
    {
        if (nonInteractive)
            throw new PSInvalidOperationException(
                "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available. "
                    + $"{what} was asked for.");
        if (Console.IsInputRedirected)
            throw new PSInvalidOperationException(
                $"{what} was asked for, but standard input is redirected and nobody can answer. "
                    + "Give the value as a parameter, or use -Confirm:$false or -Force.");
    }

    private void Introduce(string? caption, string? message)
    {
        var style = PSStyle.Instance;
        if (!string.IsNullOrEmpty(caption))
            output.Write($"{Environment.NewLine}{style.Bold}{caption}{style.Reset}{Environment.NewLine}");
        if (!string.IsNullOrEmpty(message))
            output.Write(message + Environment.NewLine);
    }

    private void Explain(Collection<ChoiceDescription> choices)
    {
        foreach (var choice in choices)
            output.Write($"{KeyOrLabel(choice)} - {choice.HelpMessage}" + Environment.NewLine);
    }

    private static string Option(ChoiceDescription choice, bool isDefault)
    {
        var text = $"[{HotKey(choice)}] {Label(choice)}  ";
        return isDefault ? $"{PSStyle.Instance.Foreground.BrightYellow}{text}{PSStyle.Instance.Reset}" : text;
    }

    private static int Pick(Collection<ChoiceDescription> choices, string answer)
    {
        var byLabel = choices.Index().FirstOrDefault(entry => Same(Label(entry.Item), answer), (-1, null!));
        if (byLabel.Index >= 0)
            return byLabel.Index;

        return choices.Index().FirstOrDefault(entry => Same(HotKey(entry.Item), answer), (-1, null!)).Index;
    }

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string Help(FieldDescription field) =>
        string.IsNullOrEmpty(field.HelpMessage) ? $"No help is available for {field.Name}." : field.HelpMessage;

    private static string Label(ChoiceDescription choice) =>
        choice.Label.Replace("&", "", StringComparison.Ordinal).Trim();

    private static string HotKey(ChoiceDescription choice) =>
        choice.Label.IndexOf('&', StringComparison.Ordinal) is var mark and >= 0 && mark + 1 < choice.Label.Length
            ? choice.Label[mark + 1].ToString().ToUpperInvariant()
            : "";

    private static string KeyOrLabel(ChoiceDescription choice) =>
        HotKey(choice) is { Length: > 0 } key ? key : Label(choice);

    private static string OneLine(string? message, string? caption) =>
        (string.IsNullOrEmpty(message) ? caption ?? "" : message).ReplaceLineEndings(" ");
}
