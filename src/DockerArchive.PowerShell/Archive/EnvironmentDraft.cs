using System.Management.Automation;
using DockerArchive.Catalog;

namespace DockerArchive.Archive;

/// <summary>An environment that is about to be written: its name is sound, and there are templates for it.</summary>
internal sealed class EnvironmentDraft
{
    private readonly string _root;
    private readonly string _typed;
    private readonly string _group;
    private readonly BuildkitVersion _version;

    /// <param name="root">The directory that has the archive.</param>
    /// <param name="typed">What the user named.</param>
    /// <exception cref="ArchiveException">The name is malformed, its group has no templates, or the table cannot be read.</exception>
    public EnvironmentDraft(string root, string typed)
    {
        (_root, _typed) = (root, typed);
        Name = EnvironmentName.Normalize(typed);
        if (Name.Split('/') is not [{ Length: > 0 } group, { Length: > 0 } version])
            throw Malformed(typed);
        if (!EnvironmentStamp.Groups.Contains(group, StringComparer.Ordinal))
        {
            throw new ArchiveException(
                "TemplateMissing",
                ErrorCategory.ObjectNotFound,
                typed,
                $"There are no templates for '{group}'; there are some for {string.Join(", ", EnvironmentStamp.Groups)}.");
        }

        _group = group;
        _version = BuildkitVersion.Parse(version) ?? throw Malformed(typed);
        Directory = Path.Combine(root, group, version);
        Table = EnvironmentTable.Open(root, group);
    }

    public string Name { get; }

    /// <summary>Full path of the directory, which may exist.</summary>
    public string Directory { get; }

    public EnvironmentTable Table { get; }

    /// <summary>Settles what was left open.</summary>
    /// <param name="like">The environment to take facts from; null takes the version's own row, or else that of the one before it.</param>
    /// <param name="runc">Version of runc, or null for that of the row.</param>
    /// <param name="port">The port, or null for that of the version's own row, or else a free one.</param>
    /// <exception cref="ArchiveException">The port is taken, or what it is to be like is not there.</exception>
    public (EnvironmentRow Row, IReadOnlyDictionary<string, string> Files) Complete(string? like, string? runc, int? port)
    {
        var own = Table.Find(_version.Text);
        var model = like is null ? own ?? Table.Before(_version) : Table.Find(VersionOf(like));
        if (model is null)
        {
            throw new ArchiveException(
                "TemplateMissing",
                ErrorCategory.ObjectNotFound,
                like ?? _typed,
                $"'{like ?? _typed}' is not made from templates, so nothing can be made like it; name one of {_group}/environments.csv.");
        }

        var upon = _version.IsDebug ? Upon() : null;
        var row = model with
        {
            Version = _version.Text,
            Port = ChoosePort(port ?? own?.Port, upon),
            Runc = _version.IsDebug ? "" : runc ?? model.Runc,
            ImageVersion = own?.ImageVersion ?? "v0.1.0",
        };
        if (!_version.IsDebug && row.Runc.Length == 0)
            throw new ArchiveException("RuncMissing", ErrorCategory.InvalidArgument, _typed, $"'{model.Version}' has no runc of its own; give -Runc.");
        return (row, EnvironmentStamp.Files(_group, row, upon));
    }

    private string VersionOf(string name)
    {
        var normal = EnvironmentName.Normalize(name);
        return normal.StartsWith(_group + "/", StringComparison.Ordinal) ? normal[(_group.Length + 1)..] : normal;
    }

    private EnvironmentRow Upon() =>
        Table.Find(_version.Release)
        ?? throw new ArchiveException(
            "BaseEnvironmentMissing",
            ErrorCategory.ObjectNotFound,
            _typed,
            $"'{Name}' builds upon {_group}/{_version.Release}, which is not there; make that first: New-ArchiveEnv {_group}/{_version.Release}");

    /// <summary>The port that was asked for if it is free, otherwise the first of the version's; a debugger takes the one after it too.</summary>
    private int ChoosePort(int? wanted, EnvironmentRow? upon)
    {
        var taken = PortOwners.Of(_root, except: Name);
        if (wanted is { } port)
        {
            return Needed(port).Where(taken.ContainsKey).ToArray() is [var conflict, ..]
                ? throw new ArchiveException(
                    "PortTaken", ErrorCategory.ResourceExists, _typed, $"Port {conflict} is that of {taken[conflict][0]}; choose another with -Port.")
                : port;
        }

        // The debug environments of the public archives follow the port of the environment they build upon.
        var candidates = upon is null ? _version.Ports : Enumerable.Range(upon.Port + 1, 9);
        foreach (var candidate in candidates)
        {
            if (!Needed(candidate).Any(taken.ContainsKey))
                return candidate;
        }

        throw new ArchiveException(
            "PortMissing", ErrorCategory.ResourceUnavailable, _typed, $"No port of the archive's rule is free for '{Name}'; choose one with -Port.");
    }

    private int[] Needed(int port) => _version.IsDebug ? [port, port + 1] : [port];

    private static ArchiveException Malformed(string typed) =>
        new(
            "EnvironmentNameInvalid",
            ErrorCategory.InvalidArgument,
            typed,
            $"'{typed}' is no name of a new environment; it is GROUP/vMAJOR.MINOR.PATCH with -rcN or -debug after it, such as buildkit/v0.33.0.");
}
