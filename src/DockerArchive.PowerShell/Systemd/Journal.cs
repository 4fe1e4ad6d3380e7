using System.Management.Automation;
using System.Text;
using DockerArchive.Ssh;

namespace DockerArchive.Systemd;

/// <summary>Reads what a query wants of a machine's journal.</summary>
internal sealed class Journal(Machine machine, JournalQuery query, Action<string> warn)
{
    private string? _last = query.After;

    /// <summary>Reads the entries up to now, oldest first.</summary>
    /// <exception cref="ArchiveException">There is no journal, or journalctl refused the query.</exception>
    public async Task ReadAsync(Func<JournalEntry, ValueTask> give, CancellationToken cancellation) =>
        await ReadHistoryAsync(await machine.OpenAsync(cancellation), give, marksEnd: false, cancellation);

    /// <summary>
    /// Reads the entries up to now and then every new one as it is written, until cancelled. journalctl is started anew, after
    /// the last entry, when it is killed, and the connection is opened anew when it breaks.
    /// </summary>
    /// <inheritdoc cref="ReadAsync"/>
    /// <exception cref="ArchiveException">The connection broke and cannot be opened again; the message has the last cursor.</exception>
    public async Task FollowAsync(Func<JournalEntry, ValueTask> give, CancellationToken cancellation)
    {
        var shell = await machine.OpenAsync(cancellation);
        await ReadHistoryAsync(shell, give, marksEnd: true, cancellation);
        while (true)
        {
            var before = _last;
            try
            {
                var (exit, errors) = await RunAsync(shell, query.Following(_last), entry => GiveAsync(entry, give), cancellation);
                if (exit.Signal is null && exit.Code < 128 && _last == before)
                    throw Unreadable(exit, errors);
            }
            catch (GuestConnectionLostException lost)
            {
                shell = await OpenAgainAsync(shell, lost, cancellation);
            }
        }
    }

    private async Task<IShell> OpenAgainAsync(IShell broken, GuestConnectionLostException lost, CancellationToken cancellation)
    {
        var reason = "";
        try
        {
            // A session of another module's is opened again by that module only.
            var shell = await machine.OpenAsync(cancellation);
            if (shell != broken)
            {
                warn($"The connection to {machine.Title} broke and was opened again; no entry is lost.");
                return shell;
            }
        }
        catch (ArchiveException e)
        {
            reason = " " + e.Message;
        }

        var next = _last is null ? "" : $" To go on after the last entry: -After '{_last}'";
        throw new ArchiveException(lost.ErrorId, lost.Category, lost.Target, lost.Message + reason + next, lost);
    }

    private async Task ReadHistoryAsync(IShell shell, Func<JournalEntry, ValueTask> give, bool marksEnd, CancellationToken cancellation)
    {
        var kept = new Queue<JournalEntry>();
        var begun = !marksEnd;
        string? end = null;
        var (exit, errors) = await RunAsync(shell, query.History(marksEnd), TakeAsync, cancellation, () => begun = true);
        // A pattern that no unit in the journal matches.
        var isEmpty = errors == "Failed to add filter for units: No data available";
        if (errors.Length > 0 && exit.Code != 0 && !isEmpty)
            throw Unreadable(exit, errors);
        if (errors.Length > 0 && !isEmpty)
            warn($"journalctl in {machine.Title}: {errors}");
        while (kept.TryDequeue(out var entry))
            await give(entry);
        _last ??= end;

        ValueTask TakeAsync(JournalEntry entry)
        {
            if (!begun)
            {
                end = entry.Cursor;
                return ValueTask.CompletedTask;
            }

            return GiveAsync(entry, query.CountsHere ? KeepAsync : give);
        }

        ValueTask KeepAsync(JournalEntry entry)
        {
            kept.Enqueue(entry);
            if (kept.Count > query.Tail)
                kept.Dequeue();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>The entry at a cursor comes once more.</summary>
    private ValueTask GiveAsync(JournalEntry entry, Func<JournalEntry, ValueTask> give)
    {
        if (entry.Cursor == _last)
            return ValueTask.CompletedTask;
        _last = entry.Cursor;
        return query.Accepts(entry) ? give(entry) : ValueTask.CompletedTask;
    }

    private static async Task<(RemoteExit Exit, string Errors)> RunAsync(
        IShell shell, string script, Func<JournalEntry, ValueTask> take, CancellationToken cancellation, Action? onEmptyLine = null)
    {
        var errors = new StringBuilder();
        var lines = new ByteLineSplitter(async line =>
        {
            if (line.IsEmpty)
                onEmptyLine?.Invoke();
            else if (JournalParser.TryParse(line.Span, out var entry))
                await take(entry);
        });
        var exit = await shell.RunAsync(
            new RemoteCommand(script) { Stdout = lines.WriteAsync, Stderr = RemoteCommand.Into(errors) }, cancellation);
        await lines.CompleteAsync();
        return (exit, errors.ToString().Trim());
    }

    private ArchiveException Unreadable(RemoteExit exit, string errors)
    {
        if (exit.Code == RemoteExit.ProgramMissing || errors.Contains("not found", StringComparison.Ordinal))
        {
            return new ArchiveException(
                "JournalMissing", ErrorCategory.NotInstalled, machine.Name, $"There is no journalctl in {machine.Title}: {errors}");
        }

        if (query.Grep is not null && (errors.Contains("--grep", StringComparison.Ordinal) || errors.Contains("pattern matching support", StringComparison.Ordinal)))
        {
            return new ArchiveException(
                "GrepUnsupported",
                ErrorCategory.NotImplemented,
                machine.Name,
                $"journalctl in {machine.Title} knows no patterns (they came with systemd 237). Filter here: … | Where-Object Message -match '{query.Grep}'");
        }

        if (query.After is not null && errors.Contains("cursor", StringComparison.Ordinal))
        {
            return new ArchiveException(
                "CursorInvalid",
                ErrorCategory.InvalidArgument,
                query.After,
                $"'{query.After}' (-After) is no position in a journal; the Cursor of an entry is one. journalctl in {machine.Title}: {errors}");
        }

        return new ArchiveException(
            "JournalUnreadable",
            ErrorCategory.ReadError,
            machine.Name,
            errors.Length > 0
                ? $"journalctl in {machine.Title} refused: {errors}"
                : $"journalctl in {machine.Title} ended by itself, with exit code {exit.Code}.");
    }
}
