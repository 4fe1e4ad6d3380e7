namespace DockerArchive.Buildkit;

/// <summary>
/// Reads <c>buildctl debug workers</c>: plain and with <c>-v</c> from v0.3 on, <c>--format '{{json .}}'</c> from v0.10 on.
/// </summary>
public static class BuildctlWorkers
{
    /// <summary>Reads the workers. Text that is none of the forms gives none.</summary>
    /// <param name="text">The output.</param>
    /// <returns>The workers, in the order of the text.</returns>
    public static IReadOnlyList<BuildkitWorker> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().TrimStart() is ['[' or '{', ..])
            return BuildctlJson.Read(text, WorkerJson.Read) ?? [];
        var lines = text.Split('\n');
        return lines[0].StartsWith("ID\t", StringComparison.Ordinal) ? ParseTable(lines) : ParseVerbose(lines);
    }

    private static BuildkitWorker[] ParseTable(string[] lines) =>
    [
        .. lines.Skip(1)
            .Select(line => line.Split('\t', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 0)
            .Select(cells => new BuildkitWorker
            {
                Id = cells[0],
                Platforms = cells.Length > 1 ? Platforms(cells[1]) : [],
            }),
    ];

    private static BuildkitWorker[] ParseVerbose(string[] lines)
    {
        var workers = new List<WorkerBlock>();
        foreach (var line in lines)
        {
            var (name, value) = Field(line.TrimEnd('\r'));
            if (name == "ID" && value.Length > 0)
                workers.Add(new WorkerBlock(value));
            else if (workers.Count > 0 && name.Length > 0)
                workers[^1].Add(name, value);
        }

        return workers.ConvertAll(block => block.ToWorker()).ToArray();
    }

    private static (string Name, string Value) Field(string text)
    {
        var colon = text.IndexOf(":\t", StringComparison.Ordinal);
        return colon < 0 ? (text.TrimEnd(':'), "") : (text[..colon], text[(colon + 2)..].Trim('\t'));
    }

    private static string[] Platforms(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private sealed class WorkerBlock(string id)
    {
        private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);
        private readonly List<CdiDevice> _devices = [];
        private readonly List<BuildkitGcRule> _rules = [];
        private Dictionary<string, string> _annotations = [];
        private string _section = "";
        private string[] _platforms = [];
        private DaemonVersion? _buildkit;
        private string? _dockerfile;

        public void Add(string name, string value)
        {
            if (name[0] != '\t')
                AddField(name, value);
            else if (_section == "Labels")
                _labels[name[1..]] = value;
            else if (_section == "Devices")
                AddToDevices(name[1..], value);
            else if (_section.StartsWith("GC Policy rule", StringComparison.Ordinal))
                _rules[^1] = With(_rules[^1], name[1..], value);
        }

        public BuildkitWorker ToWorker() => new()
        {
            Id = id,
            Platforms = _platforms,
            Buildkit = _buildkit,
            Dockerfile = _dockerfile,
            Labels = _labels.AsReadOnly(),
            CdiDevices = _devices.ToArray(),
            GcPolicy = _rules.ToArray(),
        };

        private void AddField(string name, string value)
        {
            _section = name;
            if (name == "Platforms")
                _platforms = Platforms(value);
            else if (name == "BuildKit")
                _buildkit = DaemonVersion.TryParse(value, out var version) ? version : null;
            else if (name == "Dockerfile")
                _dockerfile = value;
            else if (name.StartsWith("GC Policy rule", StringComparison.Ordinal))
                _rules.Add(new BuildkitGcRule());
        }

        private void AddToDevices(string name, string value)
        {
            if (name == "Name")
            {
                _annotations = new Dictionary<string, string>(StringComparer.Ordinal);
                _devices.Add(new CdiDevice { Name = value, Annotations = _annotations.AsReadOnly() });
            }
            else if (name == "Annotations")
            {
                var (key, annotation) = Field(value);
                _annotations[key] = annotation;
            }
            else if (_devices.Count > 0)
            {
                _devices[^1] = name switch
                {
                    "AutoAllow" => _devices[^1] with { AutoAllow = value == "true" },
                    "OnDemand" => _devices[^1] with { OnDemand = value == "true" },
                    _ => _devices[^1],
                };
            }
        }

        // v0.17 renamed the sizes and writes "Keep duration"; newer versions add names this one does not know.
        private static BuildkitGcRule With(BuildkitGcRule rule, string name, string value) => name switch
        {
            "All" => rule with { All = value == "true" },
            "Filters" => rule with { Filters = value.Split(' ', StringSplitOptions.RemoveEmptyEntries) },
            "Keep Duration" or "Keep duration" => rule with { KeepDuration = BuildctlQuantity.Duration(value) },
            "Keep Bytes" => rule with { KeepBytes = BuildctlQuantity.Bytes(value) },
            "Reserved space" => rule with { ReservedSpace = BuildctlQuantity.Bytes(value) },
            "Minimum free space" => rule with { MinimumFreeSpace = BuildctlQuantity.Bytes(value) },
            "Maximum used space" => rule with { MaximumUsedSpace = BuildctlQuantity.Bytes(value) },
            _ => rule,
        };
    }
}
