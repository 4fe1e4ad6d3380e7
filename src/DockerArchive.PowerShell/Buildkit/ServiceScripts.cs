using DockerArchive.Ssh;

namespace DockerArchive.Buildkit;

/// <summary>What a machine runs to wait for BuildKit's service, and to restart it.</summary>
internal static class ServiceScripts
{
    /// <summary>BuildKit's own unit.</summary>
    public const string Unit = "buildkit.service";

    /// <summary>Degraded is ready too: some unit of a historic guest always fails.</summary>
    private const string WithoutUnit = """
        *=inactive)
            if [ "$(systemctl show -p LoadState -- "$unit")" = LoadState=not-found ]; then
                systemctl is-system-running --wait >/dev/null 2>&1
                exit 0
            fi
            ;;
        """;

    /// <summary>
    /// Ends with 0 when buildkit.service is active and its daemon answers, or, in a guest without that unit, when
    /// systemd has finished booting. Ends with 1, the unit's status and the units that have failed when it is one of these.
    /// </summary>
    public static string WaitForBoot { get; } = $$"""
        if ! command -v systemctl >/dev/null 2>&1; then exit 0; fi
        (
        {{Wait(Unit, WithoutUnit)}}
        ) || {
            echo 'Units that have failed:'
            systemctl --no-pager --no-legend --plain --failed list-units
            exit 1
        }
        """;

    /// <summary>Prints the process id and command line of each build that runs, a line each.</summary>
    public const string RunningBuilds = """
        for file in $(grep -aslzxE '(.*/)?(buildctl|docker)' /proc/[0-9]*/cmdline); do
            pid=${file#/proc/}
            line=$(tr '\000\n' '  ' <"$file" 2>/dev/null)
            case $line in
                *buildctl\ build\ * | *docker\ build\ *) printf '%s %s\n' "${pid%/cmdline}" "$line" ;;
            esac
        done
        """;

    /// <summary>Restarts a unit, and ends with systemctl's code if that fails.</summary>
    public static string Restart(string unit) => $"systemctl restart -- {ShellWord.Quote(unit)} || exit\n";

    /// <summary>
    /// Ends with 0 when a unit is active and, if it is BuildKit's, its daemon answers; with 1 and the unit's status when it
    /// has failed.
    /// </summary>
    public static string Wait(string unit) => Wait(unit, "");

    private static string Wait(string unit, string furtherStates) => $$"""
        unit={{ShellWord.Quote(unit)}}
        while :; do
            case $(systemctl show -p ActiveState -- "$unit") in
                *=active) {{(unit == Unit ? "buildctl debug workers >/dev/null 2>&1 && " : "")}}exit 0 ;;
                *=failed) systemctl --no-pager --full status -- "$unit" 2>&1; exit 1 ;;
        {{furtherStates}}
            esac
            sleep 0.2
        done
        """;
}
