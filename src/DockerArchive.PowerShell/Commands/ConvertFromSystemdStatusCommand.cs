using System.Management.Automation;
using System.Text;
using DockerArchive.Systemd;

namespace DockerArchive.Commands;

/// <summary>Turns what <c>systemctl status</c> printed for people into the unit, and the journal entries below it.</summary>
[Cmdlet(VerbsData.ConvertFrom, "SystemdStatus", DefaultParameterSetName = InputSet)]
[OutputType(typeof(SystemdStatus))]
public sealed class ConvertFromSystemdStatusCommand : ConvertFromPrintedTimeCmdlet
{
    private protected override TextKind Kind { get; } = new(
        "output of systemctl status",
        NotFound: ("StatusFileNotFound", ErrorCategory.ObjectNotFound),
        Unreadable: ("StatusFileUnreadable", ErrorCategory.ReadError),
        WrongType: ("InputNotStatus", ErrorCategory.InvalidType));

    private protected override ITextConversion Begin(string activity, string? path) => new Conversion(this, path);

    /// <summary>A status means something only as a whole.</summary>
    private sealed class Conversion(ConvertFromSystemdStatusCommand cmdlet, string? path) : ITextConversion
    {
        /// <summary>Far more than systemctl prints of all units of a machine.</summary>
        private const int MostBytes = 64 * 1024 * 1024;

        private readonly MemoryStream _text = new();

        public bool HasInput => _text.Length > 0;

        private string Title => path is null ? "The text" : $"'{path}'";

        public void Write(ReadOnlySpan<byte> bytes)
        {
            if (_text.Length + bytes.Length > MostBytes)
            {
                throw new ArchiveException(
                    "StatusTooLong",
                    ErrorCategory.LimitsExceeded,
                    path,
                    $"{Title} is longer than the {MostBytes / 1024 / 1024} MiB that are read of a status. For a log use ConvertFrom-BuildkitLog.");
            }

            _text.Write(bytes);
        }

        public void Complete()
        {
            var text = Encoding.UTF8.GetString(_text.GetBuffer(), 0, (int)_text.Length);
            var units = SystemctlStatus.Parse(text, cmdlet.Zone, PrintedBy(path));
            if (units.Count == 0)
            {
                cmdlet.WriteError(new ArchiveException(
                    "NoStatusFound",
                    ErrorCategory.InvalidData,
                    path,
                    $"{Title} has no unit as systemctl status shows one ('● NAME - DESCRIPTION').").ToErrorRecord());
            }

            cmdlet.WriteObject(units, enumerateCollection: true);
        }

        public void Dispose() => _text.Dispose();
    }
}
