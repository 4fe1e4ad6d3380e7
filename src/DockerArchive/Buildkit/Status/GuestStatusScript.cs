using System.Globalization;
using System.Security.Cryptography;
using DockerArchive.Systemd;

namespace DockerArchive.Buildkit;

/// <summary>
/// The shell script that asks a guest everything <see cref="GuestStatusReport"/> reads, in one round trip. It changes
/// nothing in the guest, and runs in any POSIX sh (dash, bash, busybox).
/// Run it as <c>sh -c TEXT sh PROPERTIES</c>, every word quoted for the remote shell. It answers each
/// <see cref="Question"/> that it reads, and ends when there are no more.
/// </summary>
/// <remarks>
/// <para>
/// Each part stands between lines that begin with the token: <c>TOKEN begin NAME</c>, its stdout,
/// <c>TOKEN stderr NAME</c>, its stderr, <c>TOKEN end NAME EXITCODE</c>; or there is <c>TOKEN skip NAME REASON</c>.
/// Every such line is preceded by a newline that belongs to the frame. No content can imitate a token that was drawn
/// for this run.
/// </para>
/// <para>
/// Programs and journal are asked in the background while systemd is; what systemd says is kept until they have been said.
/// </para>
/// <para>
/// buildctl is asked only when the service runs: connecting to a listening socket unit would start it, and a question
/// about a crashed daemon must not restart it.
/// </para>
/// </remarks>
public static class GuestStatusScript
{
    // A checkout may have turned the newlines of this file into CR LF, which sh does not read.
    /// <summary>The script.</summary>
    public static string Text { get; } = """
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

        # What is kept is said when the other side is done. Under emulation each process takes as long as systemd's answer does, so
        # that what the shell knows is put down by itself.
        keep_part() {
          kept=$kept$(part "$@")$newline
        }

        keep_text() {
          kept="$kept$newline$token begin $1$newline$2$newline$token stderr $1$newline$newline$token end $1 0$newline"
        }

        keep_skip() {
          kept="$kept$newline$token skip $*$newline"
        }

        describe_host() {
          host=systemd=$systemd
          IFS= read -r init </proc/1/comm && host="$host${newline}init=$init"
          read -r uptime rest </proc/uptime && host="$host${newline}uptime=$uptime"
        }

        # What the programs are, so that their versions need not be asked again; an adapter's engine among them.
        find_programs() {
          set -f --
          for program in buildkitd runc dockerd; do
            program=$(command -v "$program") && set -- "$@" "$program"
          done
          [ $# = 0 ] || set -- $(stat -L -c '%n %i %s %y %z' "$@" 2>&1)
          programs=$boot
          [ $# = 0 ] || programs="$boot $*"
        }

        # Which process the daemon is, whatever number it has: when it started is the 20th word behind its name.
        find_daemon() {
          daemon=
          [ "${1:-0}" != 0 ] && { IFS= read -r line <"/proc/$1/stat"; } 2>/dev/null || return
          process=$1
          set -- ${line##*) }
          shift 19
          daemon=$boot:$process:$1
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

        ask_programs() {
          find_programs
          keep_text programs "$programs"
          if [ "$programs" = "$known_programs" ]; then
            keep_skip buildkitd known
            keep_skip runc known
          else
            keep_part buildkitd buildkitd --version
            keep_part runc runc --version
          fi
          printf '%s' "$kept"
        }

        ask_journal() {
          part journal journalctl --no-pager -q -a -b -o json -n "$entries" -u "$service" -u "$socket"
        }

        ask_systemd() {
          keep_part units systemctl show --no-pager -p "$properties" -- "$service" "$socket"
          shown=${kept#*begin units}
          shown=${shown%%"$newline$newline"*}
          property ControlGroup
          [ -z "$found" ] || keep_part processes list_processes "$found"
          property MainPID
          find_daemon "$found"
          keep_text daemon "$daemon"
          property ExecMainPID
          if [ "$daemon" ] && [ "$daemon" = "$known_daemon" ]; then
            keep_skip startup known
          elif [ "${found:-0}" != 0 ]; then
            keep_part startup first_entries "$found"
          fi
          property ActiveState
        }

        ask_workers() {
          case $1 in
            active | reloading | refreshing)
              if [ "$daemon" ] && [ "$daemon" = "$known_daemon" ]; then
                keep_skip workers known
              else
                keep_part workers limit 10 buildctl debug workers -v
              fi
              ;;
            *) keep_skip workers "$service is ${1:-unknown}" ;;
          esac
        }

        answer() {
          kept= daemon= found='not listening'
          read -r boot </proc/sys/kernel/random/boot_id
          if [ -d /run/systemd/system ] && command -v systemctl >/dev/null; then systemd=yes; else systemd=no; fi
          describe_host
          mark report 1
          { ask_programs; [ $systemd = no ] || ask_journal; } &
          keep_text host "$host"
          if [ $systemd = yes ]; then
            ask_systemd
          elif [ -S /run/buildkit/buildkitd.sock ]; then
            found=active
          fi
          ask_workers "$found"
          wait
          printf '%s' "$kept"
          mark done
        }

        properties=$1
        while read -r token service socket entries known_daemon known_programs; do
          answer
        done

        """.ReplaceLineEndings("\n");

    /// <summary>A token for one run of the script: 32 hexadecimal digits that no content can know.</summary>
    /// <returns>The token.</returns>
    public static string NewToken() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    /// <summary>The script's only argument: the properties of units to show.</summary>
    public static string Properties { get; } = string.Join(',', SystemctlShow.Properties);

    /// <summary>A question: a line for the script's standard input.</summary>
    /// <param name="token">The token from <see cref="NewToken"/>.</param>
    /// <param name="unit">The service unit, with or without <c>.service</c>.</param>
    /// <param name="journalEntries">How many of the last journal entries to print.</param>
    /// <param name="earlier">
    /// An earlier answer of the same machine, to which <see cref="GuestStatusReport.Parse"/> is given too: the versions of
    /// programs that have not changed since are not asked again.
    /// </param>
    /// <param name="asksDaemon">False to leave out also what the daemon answered then, if the same process runs still.</param>
    /// <returns>The line, with its newline.</returns>
    /// <exception cref="ArgumentException">No unit can have that name.</exception>
    public static string Question(
        string token, string unit = "buildkit", int journalEntries = 100, GuestStatusReport? earlier = null, bool asksDaemon = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        ArgumentOutOfRangeException.ThrowIfNegative(journalEntries);
        if (!UnitName.TryComplete(unit, out var service))
            throw new ArgumentException($"'{unit}' cannot be the name of a systemd unit.", nameof(unit));
        return string.Join(
            ' ',
            token,
            service,
            UnitName.Sibling(service, ".socket"),
            journalEntries.ToString(CultureInfo.InvariantCulture),
            asksDaemon || Known("daemon") is not { Length: > 0 } daemon ? "-" : daemon,
            Known("programs")) + "\n";

        string? Known(string part) => earlier?.Part(part)?.OutputText;
    }

    /// <summary>How the answer to a question ends.</summary>
    /// <param name="token">The question's token.</param>
    public static string End(string token) => $"\n{token} done\n";
}
