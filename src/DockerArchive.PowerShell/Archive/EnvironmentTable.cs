using DockerArchive.Catalog;

namespace DockerArchive.Archive;

/// <summary>The table of a group's versions, <c>buildkit/environments.csv</c>: the one source of what is stamped.</summary>
internal sealed class EnvironmentTable
{
    private readonly string _file;
    private readonly SortedDictionary<string, EnvironmentRow> _rows = new(EnvironmentOrder.Instance);

    private EnvironmentTable(string file, bool isOwn) => (_file, IsOwn) = (file, isOwn);

    /// <summary>Whether it lies in the root that was asked for, and new versions are to be written into it.</summary>
    public bool IsOwn { get; }

    /// <summary>In the order of their versions.</summary>
    public IEnumerable<EnvironmentRow> Rows => _rows.Values;

    /// <summary>The root's own table, or the module's where it has none.</summary>
    /// <exception cref="BrokenEnvironmentException">It cannot be read.</exception>
    public static EnvironmentTable Open(string root, string group)
    {
        var own = Path.Combine(root, group, "environments.csv");
        var table = File.Exists(own)
            ? new EnvironmentTable(own, isOwn: true)
            : new EnvironmentTable(Path.Combine(ModuleDirectory.Path, group, "environments.csv"), isOwn: false);
        table.Read();
        return table;
    }

    /// <summary>The row of a version, or null.</summary>
    public EnvironmentRow? Find(string version) => _rows.GetValueOrDefault(version);

    /// <summary>The newest version of the same kind that is not newer, or else the oldest there is.</summary>
    public EnvironmentRow? Before(BuildkitVersion version)
    {
        var kind = Rows.Where(r => BuildkitVersion.Parse(r.Version)?.IsDebug == version.IsDebug).ToArray();
        return Array.FindLast(kind, r => EnvironmentOrder.Instance.Compare(r.Version, version.Text) <= 0) ?? kind.FirstOrDefault();
    }

    /// <summary>Puts a row into its place in the file, unless the table says that already.</summary>
    public void Save(EnvironmentRow row)
    {
        if (!IsOwn || Find(row.Version) == row)
            return;
        _rows[row.Version] = row;
        var written = _file + ".new";
        File.WriteAllText(written, string.Join('\n', [EnvironmentRow.Header, .. Rows, ""]));
        File.Move(written, _file, overwrite: true);
    }

    private void Read()
    {
        var number = 0;
        try
        {
            foreach (var line in File.ReadLines(_file))
            {
                if (++number == 1 && line != EnvironmentRow.Header)
                    throw new FormatException($"the columns are not {EnvironmentRow.Header}");
                if (number > 1 && line.Length > 0)
                {
                    var row = EnvironmentRow.Parse(line);
                    if (!_rows.TryAdd(row.Version, row))
                        throw new FormatException($"{row.Version} has a row already");
                }
            }
        }
        catch (FormatException e)
        {
            throw new BrokenEnvironmentException(_file, number, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokenEnvironmentException(_file, null, e.Message, e);
        }
    }
}
