using System.Management.Automation;
using System.Management.Automation.Host;
using DockerArchive.Ssh;
using DockerArchive.Terminal;

namespace DockerArchive.Commands;

/// <summary>Opens a terminal in a running environment, or runs one command in a terminal there.</summary>
[Cmdlet(VerbsCommon.Enter, "ArchiveEnv", DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(void))]
public sealed class EnterArchiveEnvCommand : LoginCmdlet
{
    /// <summary>Exit code of ssh when it is not the guest's own.</summary>
    private const int NoExitCode = 255;

    /// <summary>Name of an environment that runs, or of an instance; a wildcard must match one only.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = ByEnvironment)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(InstanceCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string Env { get; set; } = "";

    /// <summary>Command for the guest's login shell, in a terminal. Default: the login shell itself.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Command { get; set; }

    /// <summary>The key that, at the start of a line, begins the keys for this side; <c>none</c> for none.</summary>
    [Parameter]
    [ValidatePattern(@"^([\x01-\x7e]|none)\z")]
    public string EscapeChar { get; set; } = "~";

    private object Target => ParameterSetName == BySession ? SSHSession : Env;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!HasTerminal())
        {
            WriteError(new ArchiveException(
                "TerminalMissing",
                ErrorCategory.DeviceError,
                Target,
                "There is no terminal here: standard input or output is redirected, or this is a job or a remote "
                + "session. Run a command without one: Invoke-ArchiveCommand").ToErrorRecord());
            return;
        }

        var guests = FindGuests([Env]);
        if (guests.Count == 1)
            Enter(guests[0]);
        else if (guests.Count > 1 || WildcardPattern.ContainsWildcardCharacters(Env))
            WriteError(NotUnique(guests).ToErrorRecord());
    }

    private static int CodeOf(RemoteExit? exit) => exit switch
    {
        null => NoExitCode,
        { Signal: null } => exit.Code,
        _ => 128 + exit.Signal switch
        {
            "HUP" => 1,
            "INT" => 2,
            "QUIT" => 3,
            "ILL" => 4,
            "ABRT" => 6,
            "FPE" => 8,
            "KILL" => 9,
            "USR1" => 10,
            "SEGV" => 11,
            "USR2" => 12,
            "PIPE" => 13,
            "ALRM" => 14,
            "TERM" => 15,
            _ => NoExitCode - 128,
        },
    };

    private void Enter(Guest guest)
    {
        var size = LocalTerminal.Size;
        var keys = new EscapeKeys(EscapeChar.Length == 1 ? (byte)EscapeChar[0] : null);
        RemoteExit? exit = null;
        RemoteTerminal? remote = null;
        try
        {
            // The line of progress has to be gone before the guest has the terminal, so these are two.
            Run(async (output, cancellation) =>
            {
                using var line = new ProgressLine(output.Progress, $"Entering {guest.Title}");
                line.Show("connecting");
                var connection = await guest.ConnectAsync(cancellation);
                remote = await connection.OpenTerminalAsync(Command, LocalTerminal.Type, size, cancellation);
            });
            if (remote is not null)
            {
                Run(async (_, cancellation) =>
                    exit = await new TerminalSession(remote, size, keys).RunAsync(cancellation));
            }
        }
        finally
        {
            remote?.Dispose();
            SessionState.PSVariable.Set("global:LASTEXITCODE", CodeOf(exit));
        }
    }

    /// <summary>A job's host has no user interface although the process may have a terminal.</summary>
    private bool HasTerminal()
    {
        try
        {
            return LocalTerminal.IsThere && Host.UI.RawUI.WindowSize.Width > 0;
        }
        catch (Exception e) when (e is HostException or NotImplementedException)
        {
            return false;
        }
    }

    private ArchiveException NotUnique(IReadOnlyList<Guest> guests) => new(
        "EnvironmentNotUnique",
        ErrorCategory.InvalidArgument,
        Target,
        guests.Count == 0
            ? $"'{Env}' stands for nothing that runs. Start-ArchiveEnv starts an environment."
            : $"A terminal is in one guest only; choose one of {string.Join(", ", guests.Select(g => g.Title))}.");
}
