using System.Management.Automation.Runspaces;
using System.Text;

namespace DockerArchive.Host;

internal enum StartupAction
{
    Run,
    ShowHelp,
    ShowVersion,
}

/// <summary>What the user asked for on the command line, with pwsh's own option names and rules.</summary>
internal sealed record CommandLine
{
    private static readonly string[] OptionNames =
    [
        "Command", "CommandWithArgs", "EncodedCommand", "ExecutionPolicy", "File", "Help", "InputFormat", "Interactive",
        "Login", "NoExit", "NoLogo", "NonInteractive", "NoProfile", "NoProfileLoadTime", "OutputFormat", "Version",
        "WorkingDirectory",
    ];

    /// <summary>Options that pwsh knows and this host has no use for, with their shortest accepted prefix.</summary>
    private static readonly (string Name, string Shortest)[] UnsupportedOptions =
    [
        ("ConfigurationFile", "configurationfile"), ("ConfigurationName", "config"), ("CustomPipeName", "cus"),
        ("MTA", "mta"), ("NamedPipeServerMode", "nam"), ("ServerMode", "s"), ("SettingsFile", "settings"),
        ("SocketServerMode", "so"), ("SSHServerMode", "sshs"), ("STA", "sta"), ("WindowStyle", "w"),
    ];

    public StartupAction Action { get; private set; }

    public string? Command { get; private set; }

    public string? File { get; private set; }

    /// <summary>Commands come from standard input because <c>-</c> was given as the command or the file.</summary>
    public bool CommandsFromInput { get; private set; }

    public IReadOnlyList<CommandParameter> Arguments { get; private set; } = [];

    public bool NoExit { get; private set; }

    public bool NoLogo { get; private set; }

    public bool NonInteractive { get; private set; }

    public string? WorkingDirectory { get; private set; }

    /// <exception cref="CommandLineException">An option or its value is not acceptable.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var result = new CommandLine();
        for (var i = 0; i < arguments.Count && result.Action != StartupAction.ShowVersion;)
            i = result.ParseOne(arguments, i);

        return result;
    }

    private int ParseOne(IReadOnlyList<string> arguments, int index)
    {
        var argument = arguments[index].Trim();
        if (argument.Length == 0)
            return index + 1;
        if (argument == "-" || !(IsDash(argument[0]) || argument is "/?" or "/h" or "/help"))
            return ParseFile(arguments, index);

        var name = argument[1..];
        if (name.Length > 0 && name[0] == argument[0])
            name = name[1..];

        var next = index + 1;
        if (Matches(name, "version", "v"))
            Action = StartupAction.ShowVersion;
        else if (Matches(name, "help", "h") || name == "?")
            Action = StartupAction.ShowHelp;
        else if (Matches(name, "noexit", "noe"))
            NoExit = true;
        else if (Matches(name, "nologo", "nol"))
            NoLogo = true;
        else if (Matches(name, "noninteractive", "noni"))
            NonInteractive = true;
        else if (Matches(name, "interactive", "i"))
            NonInteractive = false;
        else if (Matches(name, "noprofile", "nop") || Matches(name, "noprofileloadtime", "noprofileloadtime")
            || Matches(name, "login", "l"))
            return next;
        else if (Matches(name, "commandwithargs", "commandwithargs") || Matches(name, "cwa", "cwa"))
            return ParseCommandWithArguments(arguments, next);
        else if (Matches(name, "command", "c"))
            return ParseCommand(arguments, next);
        else if (Matches(name, "file", "f"))
            return ParseFile(arguments, next);
        else if (Matches(name, "encodedcommand", "e") || Matches(name, "ec", "e"))
            return ParseEncodedCommand(arguments, next);
        else if (Matches(name, "executionpolicy", "ex") || Matches(name, "ep", "ep"))
            RequireValue(arguments, next++, "ExecutionPolicy", "a policy name");
        else if (Matches(name, "workingdirectory", "wo") || Matches(name, "wd", "wd"))
            WorkingDirectory = RequireValue(arguments, next++, "WorkingDirectory", "a directory path");
        else if (Matches(name, "outputformat", "o") || Matches(name, "of", "o"))
            RequireTextFormat(arguments, next++, "OutputFormat");
        else if (Matches(name, "inputformat", "inp") || Matches(name, "if", "if"))
            RequireTextFormat(arguments, next++, "InputFormat");
        else if (Unsupported(name) is { } unsupported)
            throw new CommandLineException($"pwsh-host does not support -{unsupported}. Use pwsh for it.");
        else
            return ParseFile(arguments, index);

        return next;
    }

    private int ParseCommand(IReadOnlyList<string> arguments, int index)
    {
        RequireNoCommand();
        if (RequireValue(arguments, index, "Command", "a command") != "-")
        {
            Command = string.Join(' ', arguments.Skip(index));
            return arguments.Count;
        }

        if (index + 1 < arguments.Count)
            throw new CommandLineException(
                "'-' was given to -Command, which reads the commands from standard input; nothing may follow it.",
                showUsage: true);
        if (!Console.IsInputRedirected)
            throw new CommandLineException(
                "'-' was given to -Command, but standard input is a terminal. Redirect it, or leave the option out for "
                    + "an interactive session.",
                showUsage: true);

        CommandsFromInput = true;
        return arguments.Count;
    }

    private int ParseCommandWithArguments(IReadOnlyList<string> arguments, int index)
    {
        RequireNoCommand();
        Command = RequireValue(arguments, index, "CommandWithArgs", "a command");
        Arguments = ScriptArguments(arguments.Skip(index + 1));
        return arguments.Count;
    }

    private int ParseEncodedCommand(IReadOnlyList<string> arguments, int index)
    {
        RequireNoCommand();
        var encoded = RequireValue(arguments, index, "EncodedCommand", "a Base64 text");
        try
        {
            Command = Encoding.Unicode.GetString(Convert.FromBase64String(encoded));
        }
        catch (FormatException)
        {
            throw new CommandLineException(
                "The value of -EncodedCommand is not Base64. Encode the command as UTF-16LE, then as Base64.",
                showUsage: true);
        }

        return index + 1;
    }

    private int ParseFile(IReadOnlyList<string> arguments, int index)
    {
        var path = RequireValue(arguments, index, "File", "the path of a script");
        if (path == "-")
        {
            CommandsFromInput = Console.IsInputRedirected;
            return index + 1;
        }

        var fullPath = Path.GetFullPath(path);
        if (!System.IO.File.Exists(fullPath))
            throw MissingFile(path);

        File = fullPath;
        Arguments = ScriptArguments(arguments.Skip(index + 1));
        return arguments.Count;
    }

    private static CommandLineException MissingFile(string argument)
    {
        if (argument.Length > 1 && IsDash(argument[0]))
        {
            var near = Array.FindAll(
                OptionNames, name => name.Contains(argument.TrimStart('-'), StringComparison.OrdinalIgnoreCase));
            if (near.Length > 0)
                return new CommandLineException(
                    $"Invalid argument '{argument}', did you mean:\n\n  -{string.Join("\n  -", near)}");
        }

        return new CommandLineException(
            $"The argument '{argument}' is not recognized as the name of a script file. Check the spelling of the "
                + "name, or if a path was included, verify that the path is correct and try again.",
            showUsage: true);
    }

    /// <summary>Splits <c>-Name value</c>, <c>-Name:value</c> and plain values as pwsh does for <c>-File</c>.</summary>
    private static List<CommandParameter> ScriptArguments(IEnumerable<string> arguments)
    {
        var parameters = new List<CommandParameter>();
        string? awaitingValue = null;
        foreach (var argument in arguments)
        {
            if (awaitingValue is not null)
            {
                parameters.Add(new CommandParameter(awaitingValue, argument));
                awaitingValue = null;
            }
            else if (argument.Length < 2 || !IsDash(argument[0]))
                parameters.Add(new CommandParameter(null, argument));
            else if (argument.IndexOf(':', StringComparison.Ordinal) is var colon && colon < 0)
                parameters.Add(new CommandParameter(argument));
            else if (colon == argument.Length - 1)
                awaitingValue = argument.TrimEnd(':');
            else
                parameters.Add(new CommandParameter(argument[..colon], BooleanOrText(argument[(colon + 1)..])));
        }

        return parameters;
    }

    private static object BooleanOrText(string text) =>
        bool.TryParse(text.StartsWith('$') ? text.AsSpan(1) : text, out var boolean) ? boolean : text;

    private void RequireNoCommand()
    {
        if (Command is not null)
            throw new CommandLineException(
                "A command is already given with -Command, -CommandWithArgs or -EncodedCommand.", showUsage: true);
    }

    private static void RequireTextFormat(IReadOnlyList<string> arguments, int index, string option)
    {
        var format = RequireValue(arguments, index, option, "a format");
        if (!format.Equals("Text", StringComparison.OrdinalIgnoreCase))
            throw new CommandLineException(
                $"-{option} '{format}' is not supported; pwsh-host reads and writes Text only.");
    }

    private static string RequireValue(IReadOnlyList<string> arguments, int index, string option, string what) =>
        index < arguments.Count
            ? arguments[index]
            : throw new CommandLineException($"-{option} requires an argument: {what}.", showUsage: true);

    private static string? Unsupported(string given) =>
        Array.Find(UnsupportedOptions, option => Matches(given, option.Name, option.Shortest)).Name;

    private static bool Matches(string given, string name, string shortest) =>
        given.Length >= shortest.Length && name.StartsWith(given, StringComparison.OrdinalIgnoreCase);

    // Text pasted from documents brings typographic dashes, which PowerShell takes as dashes everywhere.
    private static bool IsDash(char character) => character is '-' or '\u2013' or '\u2014' or '\u2015';
}

/// <summary>The command line cannot be understood; the message says what is wrong and what would be right.</summary>
internal sealed class CommandLineException(string message, bool showUsage = false) : Exception(message)
{
    public bool ShowUsage { get; } = showUsage;
}
