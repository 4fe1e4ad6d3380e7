using System.Management.Automation;
using DockerArchive.Systemd;

namespace DockerArchive.Commands;

/// <summary>Turns the log of a daemon, or what journalctl printed, into entries as Get-BuildkitJournal gives them out.</summary>
[Cmdlet(VerbsData.ConvertFrom, "BuildkitLog", DefaultParameterSetName = InputSet)]
[OutputType(typeof(JournalEntry))]
public sealed class ConvertFromBuildkitLogCommand : ConvertFromPrintedTimeCmdlet
{
    private protected override TextKind Kind { get; } = new(
        "log",
        NotFound: ("LogFileNotFound", ErrorCategory.ObjectNotFound),
        Unreadable: ("LogFileUnreadable", ErrorCategory.ReadError),
        WrongType: ("InputNotLog", ErrorCategory.InvalidType));

    private protected override ITextConversion Begin(string activity, string? path) =>
        new Conversion(this, new DaemonLogReader(Zone, PrintedBy(path)));

    private sealed class Conversion(ConvertFromBuildkitLogCommand cmdlet, DaemonLogReader reader) : ITextConversion
    {
        private readonly List<JournalEntry> _entries = [];
        private readonly MemoryStream _open = new();

        public bool HasInput { get; private set; }

        public void Write(ReadOnlySpan<byte> bytes)
        {
            HasInput = true;
            int end;
            while ((end = bytes.IndexOf((byte)'\n')) >= 0)
            {
                if (_open.Length == 0)
                {
                    reader.Add(bytes[..end], _entries);
                }
                else
                {
                    _open.Write(bytes[..end]);
                    TakeOpen();
                }

                bytes = bytes[(end + 1)..];
            }

            _open.Write(bytes);
            GiveOut();
        }

        public void Complete()
        {
            if (_open.Length > 0)
                TakeOpen();
            reader.Complete(_entries);
            GiveOut();
        }

        public void Dispose() => _open.Dispose();

        private void TakeOpen()
        {
            reader.Add(_open.GetBuffer().AsSpan(0, (int)_open.Length), _entries);
            _open.SetLength(0);
        }

        private void GiveOut()
        {
            cmdlet.WriteObject(_entries, enumerateCollection: true);
            _entries.Clear();
        }
    }
}
