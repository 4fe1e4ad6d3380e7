namespace DockerArchive.Vm;

/// <summary>What the guest runs to tell when its service serves.</summary>
internal static class ServiceWait
{
    /// <summary>
    /// Ends with 0 when buildkit.service is active and its daemon answers, or, in a guest without that unit, when
    /// systemd has finished booting. Ends with 1 and the unit's status when the unit has failed.
    /// </summary>
    public const string Script = """
        unit=buildkit.service
        if ! command -v systemctl >/dev/null 2>&1; then exit 0; fi
        if [ "$(systemctl show -p LoadState "$unit")" = LoadState=not-found ]; then
            # Degraded is ready too: some unit of a historic guest always fails.
            systemctl is-system-running --wait >/dev/null 2>&1
            exit 0
        fi
        while :; do
            case $(systemctl show -p ActiveState "$unit") in
                *=active) buildctl debug workers >/dev/null 2>&1 && exit 0 ;;
                *=failed) systemctl --no-pager --full status "$unit" 2>&1; exit 1 ;;
            esac
            sleep 0.2
        done
        """;
}
