using System.Management.Automation;
using System.Reflection;

namespace DockerArchive.Host;

/// <summary>The texts of <c>-Help</c> and <c>-Version</c>.</summary>
internal static class Usage
{
    public const string Summary =
        """
        Usage: pwsh-host [[-File] <script> [args]]
                         [-Command { - | <command> [<more of the command>] }]
                         [-CommandWithArgs <command> [args]] [-EncodedCommand <Base64>]
                         [-NoExit] [-NoLogo] [-NonInteractive] [-NoProfile]
                         [-WorkingDirectory <directory>] [-ExecutionPolicy <policy>]
                         [-Version] [-Help]
        """;

    public const string Details =
        """

        A console around the PowerShell engine with the DockerArchive module imported, for
        machines without pwsh. Option names are pwsh's own: any case, any unambiguous prefix.

        -File | -f              Run a script with arguments, then exit with its exit code.
                                This is the default when the first word is no option.
                                '-' reads commands from standard input.
        -Command | -c           Run the rest of the line, then exit: 0, 1 after a terminating error
                                or a failed last statement, or what 'exit' was given.
                                '-' reads commands from standard input.
        -CommandWithArgs | -cwa Run the next word; the words after it become $args.
        -EncodedCommand | -e    Run a command given as Base64 of UTF-16LE text.
        -NoExit | -noe          Stay in an interactive session after -Command or -File.
        -NonInteractive | -noni Fail instead of asking the user.
        -NoLogo | -nol          Print no banner in an interactive session.
        -WorkingDirectory | -wd Start in this directory.
        -NoProfile, -ExecutionPolicy
                                Accepted; profiles are never read, and no policy is set.
        -Version | -v           Print the versions and exit.

        DOCKERARCHIVE_MODULE    Module to import (manifest, or directory that holds it) instead of
                                the DockerArchive.psd1 above this program.
        NO_COLOR                Write plain text on a terminal too.

        Exit codes: 64 for a wrong command line, 130 after Ctrl+C, 143 after SIGTERM.
        """;

    public static string EngineVersion => InformationalVersion(typeof(PSObject).Assembly);

    public static string Version =>
        $"PowerShell {EngineVersion} (pwsh-host {InformationalVersion(typeof(Usage).Assembly)})";

    private static string InformationalVersion(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split(' ', '+')[0]
            ?? assembly.GetName().Version?.ToString()
            ?? "unknown";
}
