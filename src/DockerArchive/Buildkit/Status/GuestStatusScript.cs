using System.Globalization;
using System.Security.Cryptography;
using DockerArchive.Systemd;

namespace DockerArchive.Buildkit;

/// <summary>
/// The shell script that asks a guest everything <see cref="GuestStatusReport"/> reads, in one round trip. It changes
/// nothing in the guest, and runs in any POSIX sh (dash, bash, busybox).
/// Run it as <c>sh -c TEXT sh ARGUMENT…</c>, every word quoted for the remote shell.
/// </summary>
/// <remarks>
/// <para>
/// Each part stands between lines that begin with the token: <c>TOKEN begin NAME</c>, its stdout,
/// <c>TOKEN stderr NAME</c>, its stderr, <c>TOKEN end NAME EXITCODE</c>; or there is <c>TOKEN skip NAME REASON</c>.
/// Every such line is preceded by a newline that belongs to the frame. No content can imitate a token that was drawn
/// for this run.
/// </para>
/// <para>
/// Versions and journal are asked while systemd is: the left side of the pipe runs beside the right side, which
/// passes it on when it is done itself.
/// </para>
/// <para>
/// buildctl is asked only when the service runs: connecting to a listening socket unit would start it, and a question
/// about a crashed daemon must not restart it.
/// </para>
/// </remarks>
public static class GuestStatusScript
{
    // A checkout may have turned the newlines of this file into CR LF, which sh does not read.
    /// <summary>The script. Its arguments are those of <see cref="Arguments"/>.</summary>
    public static string Text { get; } = """
        token=$1 service=$2 socket=$3 entries=$4 properties=$5 known_programs=$6 known_daemon=$7
        PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        LC_ALL=C
        TZ=UTC0
        export PATH LC_ALL TZ
        newline='
        '

        mark() {
          printf '\n%s %s\n' "$token" "$*"
        }

        part() {
          name=$1
          shift
          mark begin "$name"
          { why=$("$@" 2>&1 >&3 3>&- </dev/null); code=$?; } 3>&1
          mark stderr "$name"
          printf '%s' "$why"
          mark end "$name" "$code"
        }

        has_systemd() {
          [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1
        }

        describe_host() {
          if has_systemd; then echo systemd=yes; else echo systemd=no; fi
          IFS= read -r init </proc/1/comm && printf 'init=%s\n' "$init"
          read -r uptime rest </proc/uptime && printf 'uptime=%s\n' "$uptime"
        }

        # A part that is only text. All in the shell: each process takes longer than systemctl's answer under emulation.
        say() {
          mark begin "$1"
          printf '%s' "$2"
          mark stderr "$1"
          mark end "$1" 0
        }

        # What the programs are, so that their versions need not be asked again; an adapter's engine among them.
        find_programs() {
          set --
          for program in buildkitd runc dockerd; do
            program=$(command -v "$program") && set -- "$@" "$program"
          done
          programs=$boot
          [ $# -gt 0 ] && programs="$boot $(stat -L -c '%n %i %s %y %z' "$@" 2>&1 | tr '\n' ' ')"
        }

        # Which process the daemon is, whatever number it has: when it started is the 20th word behind its name.
        find_daemon() {
          daemon=
          [ "${1:-0}" != 0 ] && { IFS= read -r line <"/proc/$1/stat"; } 2>/dev/null || return
          process=$1
          set -- ${line##*) }
          shift 19
          daemon="$boot $process $1"
        }

        list_processes() {
          for root in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
            if [ -f "$root$1/cgroup.procs" ]; then
              walk "$root$1"
              return
            fi
          done
          printf 'no control group %s\n' "$1" >&2
          return 1
        }

        walk() {
          while read -r pid; do
            { IFS= read -r label <"/proc/$pid/comm"; } 2>/dev/null || continue
            printf '%s\t%s\t' "$pid" "$label"
            tr '\000\011\012' '   ' <"/proc/$pid/cmdline"
            echo
          done <"$1/cgroup.procs"
          for child in "$1"/*/; do
            if [ -f "${child}cgroup.procs" ]; then walk "${child%/}"; fi
          done
        }

        first_entries() {
          journalctl --no-pager -q -a -b -o json "_SYSTEMD_UNIT=$service" "_PID=$1" | head -n 40
        }

        limit() {
          seconds=$1
          shift
          if command -v timeout >/dev/null; then timeout "$seconds" "$@"; else "$@"; fi
        }

        property() {
          found=
          case $shown in
            *"$newline$1="*)
              found=${shown#*"$newline$1="}
              found=${found%%"$newline"*}
              ;;
          esac
        }

        ask_systemd() {
          units=$(part units systemctl show --no-pager -p "$properties" -- "$service" "$socket")
          printf '%s\n' "$units"
          shown=${units#*begin units}
          shown=${shown%%"$newline$newline"*}
          property ControlGroup
          if [ "$found" ]; then part processes list_processes "$found"; fi
          property MainPID
          find_daemon "$found"
          say daemon "$daemon"
          property ExecMainPID
          if [ "$daemon" ] && [ "$daemon" = "$known_daemon" ]; then
            mark skip startup known
          elif [ "${found:-0}" != 0 ]; then
            part startup first_entries "$found"
          fi
          property ActiveState
        }

        read -r boot </proc/sys/kernel/random/boot_id
        mark report 1
        part host describe_host
        {
          part clock date +%s
          find_programs
          say programs "$programs"
          if [ "$programs" = "$known_programs" ]; then
            mark skip buildkitd known
            mark skip runc known
          else
            part buildkitd buildkitd --version
            part runc runc --version
          fi
          if has_systemd; then
            part journal journalctl --no-pager -q -a -b -o json -n "$entries" -u "$service" -u "$socket"
          fi
        } | {
          if has_systemd; then
            ask_systemd
          elif [ -S /run/buildkit/buildkitd.sock ]; then
            found=active
          else
            found='not listening'
          fi
          daemon=${daemon-}
          case $found in
            active | reloading | refreshing)
              if [ "$daemon" ] && [ "$daemon" = "$known_daemon" ]; then
                mark skip workers known
              else
                part workers limit 10 buildctl debug workers -v
              fi
              ;;
            *) mark skip workers "$service is ${found:-unknown}" ;;
          esac
          cat
        }
        mark done

        """.ReplaceLineEndings("\n");

    /// <summary>A token for one run of the script: 32 hexadecimal digits that no content can know.</summary>
    /// <returns>The token.</returns>
    public static string NewToken() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    /// <summary>The script's arguments. They are not quoted yet.</summary>
    /// <param name="token">The token from <see cref="NewToken"/>.</param>
    /// <param name="unit">The service unit, with or without <c>.service</c>.</param>
    /// <param name="journalEntries">How many of the last journal entries to print.</param>
    /// <param name="earlier">
    /// An earlier answer of the same machine, to which <see cref="GuestStatusReport.Parse"/> is given too: the versions of
    /// programs that have not changed since are not asked again.
    /// </param>
    /// <param name="asksDaemon">False to leave out also what the daemon answered then, if the same process runs still.</param>
    /// <returns>
    /// Token, service, socket, number of entries, the properties to show, and what is known of programs and daemon.
    /// </returns>
    /// <exception cref="ArgumentException">No unit can have that name.</exception>
    public static IReadOnlyList<string> Arguments(
        string token, string unit = "buildkit", int journalEntries = 100, GuestStatusReport? earlier = null, bool asksDaemon = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        ArgumentOutOfRangeException.ThrowIfNegative(journalEntries);
        if (!UnitName.TryComplete(unit, out var service))
            throw new ArgumentException($"'{unit}' cannot be the name of a systemd unit.", nameof(unit));
        return
        [
            token,
            service,
            UnitName.Sibling(service, ".socket"),
            journalEntries.ToString(CultureInfo.InvariantCulture),
            string.Join(',', SystemctlShow.Properties),
            earlier?.Part("programs")?.OutputText ?? "",
            asksDaemon ? "" : earlier?.Part("daemon")?.OutputText ?? "",
        ];
    }
}
