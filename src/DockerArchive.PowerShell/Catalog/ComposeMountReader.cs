using DockerArchive.Docker;

namespace DockerArchive.Catalog;

/// <summary>Reads <c>volumes</c> of a service, in the short and the long form.</summary>
internal static class ComposeMountReader
{
    /// <param name="node">The list.</param>
    /// <param name="resolve">Makes a path of the file a full one.</param>
    /// <returns>The mounts; a later one takes the place of an earlier one with the same target.</returns>
    public static IReadOnlyList<ComposeMount> Read(ComposeNode node, Func<ComposeNode, string, string> resolve)
    {
        var mounts = new List<ComposeMount>();
        foreach (var item in node.Items())
        {
            var mount = item is ComposeMapping mapping ? ReadLong(mapping, resolve) : ReadShort(item, resolve);
            var index = mounts.FindIndex(m => m.Target == mount.Target);
            if (index < 0)
                mounts.Add(mount);
            else
                mounts[index] = mount;
        }

        return mounts;
    }

    /// <summary><c>[SOURCE:]TARGET[:OPTIONS]</c></summary>
    private static ComposeMount ReadShort(ComposeNode node, Func<ComposeNode, string, string> resolve)
    {
        var text = node.Text();
        var parts = Parts(text);
        if (parts.Count is 0 or > 3 || parts.Contains(""))
            throw node.Broken($"'{text}' is no mount of the form [source:]target[:options]");
        if (parts.Count == 1)
            return new ComposeMount { Kind = ComposeMountKind.Volume, Target = Clean(parts[0]) };

        var bind = IsPath(parts[0]);
        var mount = new ComposeMount
        {
            Kind = bind ? ComposeMountKind.Bind : ComposeMountKind.Volume,
            Source = bind ? resolve(node, parts[0]) : parts[0],
            Target = Clean(parts[1]),
            CreateHostPath = bind,
        };
        return (parts.Count == 3 ? parts[2].Split(',') : []).Aggregate(mount, (m, option) => option switch
        {
            "ro" => m with { ReadOnly = true },
            "rw" => m with { ReadOnly = false },
            "nocopy" => m with { NoCopy = true },
            "private" or "rprivate" or "shared" or "rshared" or "slave" or "rslave" => m with { Propagation = option },
            "z" or "Z" => m with { SELinux = option },
            // Compose takes no notice of options that it does not know.
            _ => m,
        });
    }

    /// <summary>The parts between colons, where <c>C:</c> is a drive.</summary>
    private static List<string> Parts(string text)
    {
        if (text.Length <= 2)
            return text.Length == 0 ? [] : [text];
        var parts = new List<string>();
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (text[i] != ':' || (i == start + 1 && char.IsLetter(text[start]))))
                continue;
            parts.Add(text[start..i]);
            start = i + 1;
        }

        return parts;
    }

    private static bool IsPath(string source) =>
        source[0] is '.' or '/' or '~'
        || source.StartsWith(@"\\", StringComparison.Ordinal)
        || (source.Length > 1 && source[1] == ':' && char.IsLetter(source[0]));

    /// <summary>Go's <c>path.Clean</c>.</summary>
    private static string Clean(string path)
    {
        var rooted = path.StartsWith('/');
        var kept = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != "."))
        {
            if (part != "..")
                kept.Add(part);
            else if (kept.Count > 0 && kept[^1] != "..")
                kept.RemoveAt(kept.Count - 1);
            else if (!rooted)
                kept.Add(part);
        }

        var clean = string.Join('/', kept);
        return rooted ? $"/{clean}" : clean.Length == 0 ? "." : clean;
    }

    private static ComposeMount ReadLong(ComposeMapping mapping, Func<ComposeNode, string, string> resolve)
    {
        var kind = mapping["type"] switch
        {
            null => throw mapping.Broken("a mount in the long form needs a 'type'"),
            var type => type.Text() switch
            {
                "bind" => ComposeMountKind.Bind,
                "volume" => ComposeMountKind.Volume,
                "tmpfs" => ComposeMountKind.Tmpfs,
                var other => throw type.Broken($"'{other}' is no type of mount that is supported: bind, volume and tmpfs are"),
            },
        };
        var target = mapping["target"]?.Text() ?? throw mapping.Broken("a mount in the long form needs a 'target'");
        var mount = new ComposeMount { Kind = kind, Target = Clean(target) };
        foreach (var part in mapping.Entries)
        {
            mount = part.Key switch
            {
                "type" or "target" => mount,
                "source" when kind is ComposeMountKind.Bind => mount with { Source = resolve(part.Value, part.Value.Text()) },
                "source" => mount with { Source = part.Value.Text() },
                "read_only" => mount with { ReadOnly = part.Value.Bool() },
                "bind" => part.Value.Entries("'bind'").Aggregate(mount, WithBind),
                "volume" => part.Value.Entries("'volume'").Aggregate(mount, WithVolume),
                "tmpfs" => part.Value.Entries("'tmpfs'").Aggregate(mount, WithTmpfs),
                _ when part.IsExtension() => mount,
                _ => throw part.Unknown("of a mount"),
            };
        }

        return kind is ComposeMountKind.Bind && mount.Source is null
            ? throw mapping.Broken("a mount of type bind needs a 'source'")
            : mount;
    }

    private static ComposeMount WithBind(ComposeMount mount, ComposeEntry part) => part.Key switch
    {
        "propagation" => mount with { Propagation = part.Value.Text() },
        "create_host_path" => mount with { CreateHostPath = part.Value.Bool() },
        "selinux" => mount with { SELinux = part.Value.Text() },
        _ when part.IsExtension() => mount,
        _ => throw part.Unknown("in 'bind' of a mount"),
    };

    private static ComposeMount WithVolume(ComposeMount mount, ComposeEntry part) => part.Key switch
    {
        "nocopy" => mount with { NoCopy = part.Value.Bool() },
        "subpath" => mount with { Subpath = part.Value.Text() },
        _ when part.IsExtension() => mount,
        _ => throw part.Unknown("in 'volume' of a mount"),
    };

    private static ComposeMount WithTmpfs(ComposeMount mount, ComposeEntry part) => part.Key switch
    {
        "size" => mount with { TmpfsSize = Size(part.Value) },
        "mode" => mount with { TmpfsMode = part.Value.Integer() },
        _ when part.IsExtension() => mount,
        _ => throw part.Unknown("in 'tmpfs' of a mount"),
    };

    /// <summary>Bytes, as a number or with a unit of 1024 (<c>64m</c>, <c>1.5gb</c>, <c>2GiB</c>).</summary>
    private static long Size(ComposeNode node)
    {
        var text = node.TextOrNumber();
        var number = text[..text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count()];
        var unit = text[number.Length..].Trim().ToLowerInvariant();
        var power = unit switch
        {
            "" or "b" => 0,
            "k" or "kb" or "kib" => 1,
            "m" or "mb" or "mib" => 2,
            "g" or "gb" or "gib" => 3,
            "t" or "tb" or "tib" => 4,
            _ => -1,
        };
        return power >= 0 && double.TryParse(number, System.Globalization.CultureInfo.InvariantCulture, out var amount)
            ? (long)(amount * Math.Pow(1024, power))
            : throw node.Broken($"'{text}' is no size such as 64m");
    }
}
