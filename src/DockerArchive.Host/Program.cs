using System.Management.Automation;
using System.Runtime.InteropServices;

namespace DockerArchive.Host;

internal static class Program
{
    private const int UsageErrorExitCode = 64;
    private const int SoftwareErrorExitCode = 70;

    private static int Main(string[] arguments)
    {
        // This is not pwsh: it has no business in PowerShell's usage statistics.
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        using var output = new ConsoleOutput();
        CommandLine commandLine;
        try
        {
            commandLine = CommandLine.Parse(arguments);
        }
        catch (CommandLineException exception)
        {
            WriteErrorLine(output, exception.Message);
            if (exception.ShowUsage)
                output.WriteError(Environment.NewLine + Usage.Summary + Environment.NewLine);
            return UsageErrorExitCode;
        }

        switch (commandLine.Action)
        {
            case StartupAction.ShowHelp:
                output.Write(Usage.Summary + Environment.NewLine + Usage.Details + Environment.NewLine);
                return 0;
            case StartupAction.ShowVersion:
                output.Write(Usage.Version + Environment.NewLine);
                return 0;
            default:
                return Run(commandLine, output);
        }
    }

    private static int Run(CommandLine commandLine, ConsoleOutput output)
    {
        if (!NativeLibrary.TryLoad("libpsl-native", typeof(PSObject).Assembly, searchPath: null, out _)
            && !OperatingSystem.IsWindows())
        {
            WriteErrorLine(
                output,
                $"The PowerShell engine has no libpsl-native for {RuntimeInformation.RuntimeIdentifier} in "
                    + $"'{AppContext.BaseDirectory}'. Publish pwsh-host again, or use pwsh.");
            return SoftwareErrorExitCode;
        }

        string module;
        try
        {
            module = ModuleLocator.Find();
        }
        catch (FileNotFoundException exception)
        {
            WriteErrorLine(output, exception.Message);
            return 1;
        }

        var readsTerminal = !Console.IsInputRedirected && !commandLine.CommandsFromInput;
        var staysOpen = commandLine.NoExit || (commandLine.Command is null && commandLine.File is null);
        using var session = new Session(output, commandLine.NonInteractive);
        using var signals = new Signals(session, interactive: staysOpen && readsTerminal);

        var started = Start(session, commandLine, module);
        if (started == Outcome.Completed)
            started = RunGiven(session, commandLine);
        else if (session.ExitCode is null)
            return started == Outcome.Stopped ? Session.InterruptedExitCode : 1;

        if (staysOpen && session.ExitCode is null)
            started = Stay(session, commandLine, output, readsTerminal);

        return session.ExitCode ?? started switch
        {
            Outcome.Stopped => Session.InterruptedExitCode,
            Outcome.Failed => 1,
            _ => session.LastStatementSucceeded ? 0 : 1,
        };
    }

    private static Outcome Start(Session session, CommandLine commandLine, string module)
    {
        var imported = session.ImportModule(module);
        if (imported != Outcome.Completed)
        {
            if (imported == Outcome.Failed)
                session.UserInterface.WriteErrorLine($"pwsh-host: the module '{module}' could not be imported.");
            return imported;
        }

        if (commandLine.WorkingDirectory is not { } directory)
            return Outcome.Completed;

        try
        {
            session.SetLocation(directory);
            return Outcome.Completed;
        }
        catch (RuntimeException exception)
        {
            session.ReportException(exception);
            return Outcome.Failed;
        }
    }

    private static Outcome RunGiven(Session session, CommandLine commandLine)
    {
        if (commandLine.File is { } file)
            return session.RunFile(file, commandLine.Arguments, exitEndsSession: !commandLine.NoExit);
        if (commandLine.Command is { } command)
            return session.RunCommand(command, commandLine.Arguments);

        return Outcome.Completed;
    }

    private static Outcome Stay(Session session, CommandLine commandLine, ConsoleOutput output, bool readsTerminal)
    {
        var loop = new CommandLoop(session, output);
        if (!readsTerminal)
        {
            loop.RunRedirected();
            return Outcome.Completed;
        }

        session.NestedPrompt = loop.RunInteractive;
        if (!commandLine.NoLogo && commandLine.Command is null && commandLine.File is null)
            output.Write(Usage.Version + Environment.NewLine);
        loop.RunInteractive();
        return Outcome.Completed;
    }

    private static void WriteErrorLine(ConsoleOutput output, string message) =>
        output.WriteError($"{PSStyle.Instance.Formatting.Error}{message}{PSStyle.Instance.Reset}{Environment.NewLine}");
}
