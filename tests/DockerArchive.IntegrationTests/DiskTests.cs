using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace DockerArchive.IntegrationTests;

/// <summary>The vm stage of an environment whose container image has everything that a file system can have.</summary>
public sealed partial class DiskTests : IDisposable
{
    /// <summary>A capability and an attribute are set by setxattr, as the image has no tool for them.</summary>
    private const string Dockerfile =
        """
        ARG BASE=debian:bookworm-slim
        FROM ${BASE}
        ARG WHO=nobody
        ARG DAY=20000
        RUN sed -i "s/^games:[^:]*:[0-9]*/games:*:$DAY/" /etc/shadow
        RUN mkdir -p /srv/tree/deep/er && cd /srv/tree && \
            echo plain >plain && ln plain deep/er/hard && ln -s plain soft && ln -s /nowhere/of/a/name/that/is/longer/than/an/inode/can/hold/by/itself long && \
            echo blank >'a b' && echo "$WHO" >ümlaut && \
            mkfifo pipe && mknod null c 1 3 && mknod disk b 259 70000 && \
            cp /bin/true suid && chown 123:70000 suid && chmod 4755 suid && chgrp 456 deep && chmod 2750 deep && \
            mkdir sticky && chmod 1777 sticky && touch none && chmod 000 none && \
            truncate -s 16M sparse && printf x | dd of=sparse bs=1 seek=8000000 conv=notrunc && \
            touch -d '1999-12-31 23:59:59 UTC' plain && \
            cp /bin/true ping && perl -e 'sub attr { my ($f, $n, $v) = @_; syscall(188, $f, $n, $v, length $v, 0) and die $! } \
                attr("ping", "security.capability", pack("V5", 0x02000001, 0x2400, 0, 0, 0)); attr("plain", "user.note", "kept")'
        """;

    private const string Name = "x";

    private const string Tree = "/srv/tree";

    /// <summary>Earlier than most of the tree.</summary>
    private const int Epoch = 1_700_000_000;

    private readonly ModuleRunspace _module = new();
    private readonly string _root = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;
    private readonly string _repository = $"dockerarchive-test/{Guid.NewGuid().ToString("n")[..8]}";

    public DiskTests()
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, Name)).FullName;
        File.WriteAllText(Path.Combine(directory, ".env"), "VERSION=v1\nIMAGE=x\nCOMPOSE_PROJECT_NAME=dockerarchive-test-disk\nCMDLINE=quiet\n");
        File.WriteAllText(Path.Combine(directory, "docker-compose.yml"), $"services:\n  vm:\n    image: {_repository}:x_v1\n");
        File.WriteAllText(Path.Combine(directory, "Dockerfile"), Dockerfile);
    }

    private string Ctr => $"{_repository}:ctr_x_v1";

    private string Vm => $"{_repository}:vm_x_v1";

    public void Dispose()
    {
        _module.Dispose();
        foreach (var image in Cli.Docker("images", "--quiet", _repository).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Cli.Docker("rmi", "--force", image);
        Directory.Delete(_root, recursive: true);
    }

    private RunResult Run(string script) => _module.Run(script, ("root", _root));

    [Fact]
    public void A_stage_whose_input_was_never_made_names_the_way_to_make_it()
    {
        var result = Run($"Build-ArchiveEnv {Name} -Stage Vm -Root $root");

        Assert.Equal("StageNotMade", result.ErrorId);
        Assert.Equal(Ctr, result.Errors[0].TargetObject);
        Assert.Contains($"Build-ArchiveEnv {Name} -Stage Ctr", result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example.invalid/x")]
    [InlineData("localhost:5000/x")]
    public void Another_repository_has_images_of_the_same_tags(string repository) =>
        Assert.Equal($"{repository}:ctr_x_v1", Run($"Build-ArchiveEnv {Name} -Stage Vm -Repository {repository} -Root $root").Errors[0].TargetObject);

    [Fact]
    public void A_kernel_that_is_nowhere_is_an_error_and_an_argument_that_nobody_declares_a_warning()
    {
        var result = Run($"Build-ArchiveEnv {Name} -Stage Ctr, Vm -Root $root -Kernel example.invalid/kernel -BuildArg @{{ WHO = 'me'; WHOM = 'you' }}");

        Assert.Equal("KernelNotFound", result.ErrorId);
        Assert.Equal("example.invalid/kernel", result.Errors[0].TargetObject);
        Assert.Contains("WHOM", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal("Ctr", Assert.Single(result.Output).Properties["Stage"].Value.ToString());
    }

    [Fact]
    public void Two_disks_made_from_scratch_are_the_same_and_hold_what_the_container_holds()
    {
        // What the engine has of an earlier test may be of other packages than Debian has now.
        var who = Guid.NewGuid();
        string Arguments(int day) => $"-BuildArg @{{ WHO = '{who}'; DAY = {day}; SOURCE_DATE_EPOCH = {Epoch} }}";
        var first = MakeDisk(Arguments(30_000));

        Assert.Equal(first, MakeDisk($"{Arguments(30_001)} -NoCache"));
        Assert.All(RunningEnvironment.Succeeded(Run($"Build-ArchiveEnv {Name} Ctr, Vm {Arguments(30_001)} -Root $root")), s => Assert.True((bool)s.Properties["UpToDate"].Value));
        var expected = Expected();
        Assert.Equal(17, expected.Count);
        Assert.Contains("user.note", expected[$"{Tree}/plain"], StringComparison.Ordinal);
        Assert.Equal(Lines(expected), Lines(Found(expected.Keys)));

        var failed = Run($"Build-ArchiveEnv {Name} -Stage Vm -Size 1M -Root $root");
        Assert.Equal("DiskConversionFailed", failed.ErrorId);
        Assert.Equal(Name, failed.Errors[0].TargetObject);
        Assert.Contains("is SIZE=1M large enough", failed.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Makes the disk, and gives its digest and its kernel's and initrd's.</summary>
    private string MakeDisk(string how)
    {
        var result = RunningEnvironment.Succeeded(Run($"Build-ArchiveEnv {Name} Ctr, Vm {how} -Root $root"))[1];

        Assert.Equal(10L << 30, result.Properties["DiskSize"].Value);
        Assert.InRange((long)result.Properties["DiskUsed"].Value, 100_000_000, 1_000_000_000);
        return WithDisk("find . -type f | sort | xargs sha256sum");
    }

    /// <summary>Runs a command where the files of the vm image are.</summary>
    private string WithDisk(string command)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, "vm")).FullName;
        var container = Cli.Docker("create", Vm, "none");
        Cli.Docker("cp", $"{container}:/vm/.", directory);
        Cli.Docker("rm", container);
        return Cli.RunIn(directory, "sh", "-c", command);
    }

    /// <summary>What tar says of the tree in a container.</summary>
    private SortedDictionary<string, string> Expected()
    {
        var tar = Path.Combine(_root, "ctr.tar");
        Cli.Run("sh", "-c", "docker run --rm --network none \"$1\" tar --format=posix --xattrs --xattrs-include='*' -cf - \"$2\" >\"$3\"", "sh", Ctr, Tree[1..], tar);

        var entries = new SortedDictionary<string, (PosixTarEntry Entry, string Content)>(StringComparer.Ordinal);
        var targets = new Dictionary<string, int>();
        using var reader = new TarReader(File.OpenRead(tar));
        while (reader.GetNextEntry() is PosixTarEntry entry)
        {
            var name = "/" + entry.Name.TrimEnd('/');
            if (!name.StartsWith(Tree, StringComparison.Ordinal))
                continue;
            if (entry.EntryType is not TarEntryType.HardLink)
            {
                entries[name] = (entry, Convert.ToHexStringLower(SHA256.HashData(entry.DataStream ?? Stream.Null)));
                continue;
            }

            entries[name] = entries["/" + entry.LinkName];
            var first = "/" + entries[name].Entry.Name;
            targets[first] = targets.GetValueOrDefault(first) + 1;
        }

        return new(
            entries.ToDictionary(e => e.Key, e => Describe(e.Value.Entry, e.Value.Content, 1 + targets.GetValueOrDefault("/" + e.Value.Entry.Name))),
            StringComparer.Ordinal);
    }

    private static string Describe(PosixTarEntry entry, string content, int links)
    {
        var type = entry.EntryType switch
        {
            TarEntryType.Directory => "directory",
            TarEntryType.SymbolicLink => $"symlink -> {entry.LinkName}",
            TarEntryType.CharacterDevice => $"character special {entry.DeviceMajor}:{entry.DeviceMinor}",
            TarEntryType.BlockDevice => $"block special {entry.DeviceMajor}:{entry.DeviceMinor}",
            TarEntryType.Fifo => "FIFO",
            _ => $"regular {content} {links}",
        };
        var attributes = ((entry as PaxTarEntry)?.ExtendedAttributes.Keys ?? []).Where(k => k.StartsWith("SCHILY.xattr.", StringComparison.Ordinal)).Select(k => k[13..]);
        return Line(type, (int)entry.Mode, entry.Uid, entry.Gid, Math.Min(Epoch, entry.ModificationTime.ToUnixTimeSeconds()), attributes);
    }

    private static IEnumerable<string> Lines(SortedDictionary<string, string> tree) => tree.Select(file => $"{file.Key} {file.Value}");

    private static string Line(string type, int mode, int uid, int gid, long modified, IEnumerable<string> attributes) =>
        $"{type} {Convert.ToString(mode, 8)} {uid}:{gid} @{modified} {string.Join(' ', attributes)}".TrimEnd();

    /// <summary>What debugfs says of the same tree in the disk.</summary>
    private SortedDictionary<string, string> Found(IEnumerable<string> names)
    {
        File.WriteAllLines(Path.Combine(_root, "vm", "questions"), names.Select(name => $"stat \"{name}\""));
        File.WriteAllText(
            Path.Combine(_root, "vm", "ask"),
            $"""
            qemu-img convert -O raw vm.qcow2 disk && e2fsck -fn disk >/dev/null 2>&1 || echo damaged
            debugfs -f questions disk 2>/dev/null
            debugfs -R "rdump {Tree} ." disk >/dev/null 2>&1
            find tree -type f -exec sha256sum {"{}"} +
            find tree -type l -printf '-> %l  %p\n'
            """);
        var answer = WithDisk("sh ask");
        var contents = Content().Matches(answer).ToDictionary(m => Tree[..5] + m.Groups["name"].Value, m => m.Groups["sum"].Value);

        Assert.DoesNotContain("damaged", answer, StringComparison.Ordinal);
        Assert.Matches("(?s)\"/srv/tree/sparse\".*? Size: 16777216\n.*?Blockcount: 8\n", answer);
        return new(
            Inode().Matches(answer).ToDictionary(m => m.Groups["name"].Value, m => Describe(m, contents)), StringComparer.Ordinal);
    }

    private static string Describe(Match inode, Dictionary<string, string> contents)
    {
        int Number(string group) => int.Parse(inode.Groups[group].Value, CultureInfo.InvariantCulture);
        var type = inode.Groups["type"].Value;
        type += type switch
        {
            "regular" => $" {contents[inode.Groups["name"].Value]} {Number("links")}",
            "symlink" => $" {contents[inode.Groups["name"].Value]}",
            "character special" or "block special" => $" {Number("major")}:{Number("minor")}",
            _ => "",
        };
        return Line(
            type,
            Convert.ToInt32(inode.Groups["mode"].Value, 8),
            Number("uid"),
            Number("gid"),
            Convert.ToInt64(inode.Groups["mtime"].Value, 16),
            inode.Groups["attribute"].Captures.Select(c => c.Value));
    }

    [GeneratedRegex(
        """
        debugfs:\ stat\ "(?<name>[^"]+)"\n
        Inode:.*Type:\ (?<type>.+?)\ +Mode:\ +(?<mode>\d+).*\n
        Generation:.*\n
        User:\ +(?<uid>\d+)\ +Group:\ +(?<gid>\d+).*\n
        .*\n
        Links:\ (?<links>\d+).*\n
        .*\n.*\n.*\n
        \ mtime:\ 0x(?<mtime>[0-9a-f]+).*\n
        (?:(?!debugfs:).*?(?:major/minor\ number:\ (?<major>\d+):(?<minor>\d+).*|^\ +(?<attribute>[a-z]+\.\S+)\ \(\d+\).*)?\n)*
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.Multiline)]
    private static partial Regex Inode();

    [GeneratedRegex("^(?<sum>[0-9a-f]{64}|-> .+?)  (?<name>.+)$", RegexOptions.Multiline)]
    private static partial Regex Content();
}
