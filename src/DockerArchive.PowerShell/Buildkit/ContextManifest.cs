using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>
/// What a build context consists of: names, types, modes and digests of contents. Two contexts with the same digest are the
/// same to BuildKit, whose own cache does not heed times either.
/// </summary>
internal sealed class ContextManifest
{
    private readonly byte[] _text;

    private ContextManifest(IReadOnlyList<ContextEntry> entries, byte[] text)
    {
        Entries = entries;
        _text = text;
        Digest = Convert.ToHexString(SHA256.HashData(text)).ToLowerInvariant();
    }

    /// <summary>Parents before children.</summary>
    public IReadOnlyList<ContextEntry> Entries { get; }

    /// <summary>Digest over all of it.</summary>
    public string Digest { get; }

    public ReadOnlyMemory<byte> Text => _text;

    public static ContextManifest Of(IReadOnlyList<ContextEntry> entries)
    {
        var text = new StringBuilder();
        foreach (var e in entries)
            text.Append(CultureInfo.InvariantCulture, $"{(char)e.Type}{Convert.ToString((int)e.Mode, 8)} {e.Content}\0{e.Name}\0");
        return new ContextManifest(entries, Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Reads what a guest has kept. What makes no sense in it is as if it were not there, and is sent again.</summary>
    public static ContextManifest Parse(byte[] text)
    {
        var fields = Encoding.UTF8.GetString(text).Split('\0');
        var entries = new List<ContextEntry>();
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            var space = fields[i].IndexOf(' ', StringComparison.Ordinal);
            if (space > 1 && int.TryParse(fields[i].AsSpan(1, space - 1), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                entries.Add(new ContextEntry(fields[i + 1], (TarEntryType)fields[i][0], (UnixFileMode)Convert.ToInt32(fields[i][1..space], 8), fields[i][(space + 1)..]));
        }

        return new ContextManifest(entries, text);
    }

    /// <summary>What has to be sent and removed to turn <paramref name="old"/> into this.</summary>
    public (IReadOnlyList<ContextEntry> Send, IReadOnlyList<string> Remove) ChangesFrom(ContextManifest? old)
    {
        if (old is null)
            return (Entries, []);

        var before = old.Entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
        var changed = new HashSet<string>(StringComparer.Ordinal);
        var remove = new List<string>();
        foreach (var entry in Entries)
        {
            before.Remove(entry.Name, out var was);
            if (was is not null && was == entry)
                continue;
            changed.Add(entry.Name);

            // A file is a hard link to the one that another context still has, so it must not be written through.
            if (was is not null && (was.Type != TarEntryType.Directory || entry.Type != TarEntryType.Directory))
                remove.Add(entry.Name);
        }

        remove.AddRange(before.Keys);
        return ([.. Entries.Where(e => changed.Contains(e.Name))], remove);
    }
}

/// <summary>One item of a build context.</summary>
/// <param name="Name">Its name in the tar stream.</param>
/// <param name="Type">Its type.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="Content">SHA-256 of a file's content, or where a link leads.</param>
internal sealed record ContextEntry(string Name, TarEntryType Type, UnixFileMode Mode, string Content);
