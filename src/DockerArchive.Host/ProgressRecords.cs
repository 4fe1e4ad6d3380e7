using System.Management.Automation;
using System.Text;

namespace DockerArchive.Host;

/// <summary>The activities under way, as a tree, and their lines in PowerShell's minimal progress view.</summary>
internal sealed class ProgressRecords
{
    private readonly List<(long Source, ProgressRecord Record)> _records = [];

    public bool IsEmpty => _records.Count == 0;

    public void Clear() => _records.Clear();

    public void Update(long source, ProgressRecord record)
    {
        var index = _records.FindIndex(entry => entry.Source == source && entry.Record.ActivityId == record.ActivityId);
        if (record.RecordType == ProgressRecordType.Completed)
        {
            if (index >= 0)
                Remove(source, record.ActivityId);
        }
        else if (index >= 0)
            _records[index] = (source, record);
        else
            _records.Add((source, record));
    }

    public IReadOnlyList<string> Render(int width, int height)
    {
        var lines = new List<string>();
        foreach (var (source, record) in _records)
        {
            if (!HasParent(source, record))
                RenderTree(source, record, 0, width, lines);
        }

        if (lines.Count <= height)
            return lines;

        var hidden = lines.Count - height + 1;
        lines.RemoveRange(height - 1, hidden);
        lines.Add(CellWidth.Truncate($"… {hidden} more activities", width));
        return lines;
    }

    private void RenderTree(long source, ProgressRecord record, int indent, int width, List<string> lines)
    {
        lines.Add(RenderLine(record, indent, width));
        foreach (var (childSource, child) in _records)
        {
            if (childSource == source && child.ParentActivityId == record.ActivityId)
                RenderTree(source, child, indent + 2, width, lines);
        }
    }

    private static string RenderLine(ProgressRecord record, int indent, int width)
    {
        var style = PSStyle.Instance;
        width = Math.Min(width, style.Progress.MaxWidth);
        indent = Math.Min(indent, width / 4);
        var activity = CellWidth.Truncate(SingleLine(record.Activity), width / 2);
        var remaining = record.SecondsRemaining >= 0 ? $"{record.SecondsRemaining}s " : "";
        var bar = Math.Max(0, width - CellWidth.OfPlain(activity) - indent - 3);
        var status = CellWidth.Truncate(SingleLine(StatusOf(record)), bar - remaining.Length);
        var padding = new string(' ', Math.Max(0, bar - CellWidth.OfPlain(status) - remaining.Length));

        return new string(' ', indent) + style.Progress.Style + activity + " ["
            + Bar(status + padding + remaining, record.PercentComplete, bar) + ']' + style.Reset;
    }

    /// <summary>Shows the done part of the bar in reverse video; an activity of unknown length has none.</summary>
    private static string Bar(string text, int percent, int cells)
    {
        var done = percent < 0 ? 0 : Math.Min(percent, 100) * cells / 100;
        var filled = new StringBuilder(PSStyle.Instance.Reverse);
        var used = 0;
        var open = true;
        foreach (var rune in text.EnumerateRunes())
        {
            if (open && used >= done)
            {
                filled.Append(PSStyle.Instance.ReverseOff);
                open = false;
            }

            filled.Append(rune);
            used += CellWidth.OfPlain(rune.ToString());
        }

        return open ? filled.Append(PSStyle.Instance.ReverseOff).ToString() : filled.ToString();
    }

    private static string StatusOf(ProgressRecord record) => string.IsNullOrEmpty(record.CurrentOperation)
        ? record.StatusDescription
        : $"{record.StatusDescription} {record.CurrentOperation}";

    /// <summary>Status texts can come from a remote machine: no control character may reach the terminal.</summary>
    private static string SingleLine(string text) =>
        string.Concat(PlainText.Of(text).Select(character => char.IsControl(character) ? ' ' : character));

    private void Remove(long source, int activity)
    {
        _records.RemoveAll(entry => entry.Source == source && entry.Record.ActivityId == activity);
        var children = _records.FindAll(entry => entry.Source == source && entry.Record.ParentActivityId == activity);
        foreach (var child in children)
            Remove(source, child.Record.ActivityId);
    }

    private bool HasParent(long source, ProgressRecord record) =>
        _records.Exists(entry => entry.Source == source && entry.Record.ActivityId == record.ParentActivityId);
}
