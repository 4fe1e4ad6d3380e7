using System.Management.Automation;

namespace DockerArchive.EngineTests.Cmdlets;

public sealed class NewArchiveEnvTests : IDisposable
{
    /// <summary>Pages that tell what was seen when the environment ran.</summary>
    private static readonly string[] WrittenByHand = ["buildkit/v0.4.0/README.md", "buildkit/v0.32.2/README.md"];

    private readonly ModuleRunspace _runspace = new();
    private readonly string _root = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private RunResult Run(string script) => _runspace.Run(script, ("root", _root));

    private void Make(string names)
    {
        var made = Run($"New-ArchiveEnv {names} -Root $root");
        Assert.Equal("", string.Join('\n', made.Errors));
    }

    private static string Table { get; } = Path.Combine(ModuleRunspace.Root, "buildkit", "environments.csv");

    private static string[] Versions { get; } = [.. File.ReadLines(Table).Skip(1).Select(l => l.Split(',')[0])];

    private string Read(string file) => File.ReadAllText(Path.Combine(_root, file));

    private static bool IsExecutable(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0;

    private string[] Below() =>
        [.. Directory.EnumerateFileSystemEntries(_root, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(_root, p)).Order(StringComparer.Ordinal)];

    /// <summary>Gives the temporary root the archive's own table, which is then the one that grows.</summary>
    private void CopyTable()
    {
        Directory.CreateDirectory(Path.Combine(_root, "buildkit"));
        File.Copy(Table, Path.Combine(_root, "buildkit", "environments.csv"));
    }

    [Fact]
    public void The_committed_directories_are_what_would_be_written_today()
    {
        Make(string.Join(',', Versions.Select(v => $"buildkit/{v}")));

        var committed = Path.Combine(ModuleRunspace.Root, "buildkit");
        foreach (var version in Versions)
        {
            string[] Names(string root) => [.. Directory.EnumerateFiles(Path.Combine(root, version)).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
            Assert.Equal(Names(Path.Combine(_root, "buildkit")), Names(committed));
            foreach (var file in Names(committed).Select(n => $"buildkit/{version}/{n}").Except(WrittenByHand))
            {
                Assert.True(Read(file) == File.ReadAllText(Path.Combine(ModuleRunspace.Root, file)), $"{file} is not what New-ArchiveEnv writes");
                Assert.Equal(IsExecutable(Path.Combine(_root, file)), IsExecutable(Path.Combine(ModuleRunspace.Root, file)));
            }
        }

        // What is not made from the table has the common files all the same.
        Assert.Equal(Read("buildkit/v0.4.0/ssh"), File.ReadAllText(Path.Combine(committed, "docker-v20.10.24", "ssh")));
        Assert.Equal(Read("buildkit/v0.4.0/docker-compose.kvm.yml"), File.ReadAllText(Path.Combine(committed, "docker-v20.10.24", "docker-compose.kvm.yml")));
        Assert.Equal(
            Versions.Append("docker-v20.10.24").Order(StringComparer.Ordinal),
            Directory.EnumerateDirectories(committed).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_new_version_takes_one_command()
    {
        CopyTable();
        var made = Run("New-ArchiveEnv buildkit/v0.33.0 -Like buildkit/v0.32.2 -Runc 1.4.4 -Root $root");

        Assert.Equal("", string.Join('\n', made.Errors));
        Assert.Equal(("buildkit/v0.33.0", 33000), (made.Property("Name"), made.Property("SshPort")));
        Assert.Equal("buildkit-0-33-0", made.Property("Project"));
        Assert.Contains("/opencontainers/runc/releases/download/v1.4.4/runc.amd64", Read("buildkit/v0.33.0/Dockerfile"), StringComparison.Ordinal);
        Assert.Contains("buildkit-v0.33.0.linux-amd64.tar.gz", Read("buildkit/v0.33.0/Dockerfile"), StringComparison.Ordinal);
        Assert.Equal("# buildkit v0.33.0", Read("buildkit/v0.33.0/README.md").Split('\n')[0]);
        Assert.Equal(File.ReadAllText(Table) + "v0.33.0,33000,1.4.4,v0.1.0,,\n", Read("buildkit/environments.csv"));
        Assert.Empty(Run("Test-ArchiveEnv -Root $root").Output);
    }

    [Fact]
    public void What_an_old_version_needs_is_taken_over_from_the_one_before()
    {
        Make("buildkit/v0.3.3");

        Assert.Contains("procps git &&", Read("buildkit/v0.3.3/Dockerfile"), StringComparison.Ordinal);
        Assert.Contains("/runc/releases/download/v1.0.0-rc6/", Read("buildkit/v0.3.3/Dockerfile"), StringComparison.Ordinal);
        Assert.Contains("CMDLINE=systemd.unified_cgroup_hierarchy=0\n", Read("buildkit/v0.3.3/.env"), StringComparison.Ordinal);
        Assert.DoesNotContain("fd://", Read("buildkit/v0.3.3/buildkit.service"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_units_are_those_of_the_version()
    {
        Make("buildkit/v0.9.3, buildkit/v0.10.1");

        Assert.Contains("--addr fd://", Read("buildkit/v0.9.3/buildkit.service"), StringComparison.Ordinal);
        Assert.DoesNotContain("Type=notify", Read("buildkit/v0.9.3/buildkit.service"), StringComparison.Ordinal);
        Assert.Contains("Type=notify", Read("buildkit/v0.10.1/buildkit.service"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_is_taken_is_passed_over_or_named()
    {
        Make("buildkit/v0.33.0 -Port 34000");
        Make("buildkit/v0.34.0");
        var taken = Run("New-ArchiveEnv buildkit/v0.35.0 -Port 34001 -Root $root");

        Assert.Contains("127.0.0.1:34001:22", Read("buildkit/v0.34.0/docker-compose.yml"), StringComparison.Ordinal);
        Assert.Equal("PortTaken", taken.ErrorId);
        Assert.Equal("buildkit/v0.35.0", taken.Errors[0].TargetObject);
        Assert.Contains("34001 is that of buildkit/v0.34.0", taken.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_root, "buildkit", "v0.35.0")));
    }

    [Fact]
    public void A_debug_environment_builds_upon_its_version_and_takes_two_ports()
    {
        CopyTable();
        Make("buildkit/v0.13.2, buildkit/v0.13.2-debug");

        var compose = Read("buildkit/v0.13.2-debug/docker-compose.yml");
        Assert.Contains("127.0.0.1:13201:22", compose, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:13202:2345", compose, StringComparison.Ordinal);
        Assert.Contains("ARG CTR=ssst0n3/docker_archive:ctr_buildkit-v0.13.2_v0.1.0\n", Read("buildkit/v0.13.2-debug/Dockerfile"), StringComparison.Ordinal);
        Assert.Equal("PortTaken", Run("New-ArchiveEnv buildkit/v0.32.2 -Port 13202 -Root $root").ErrorId);
        Assert.Equal("BaseEnvironmentMissing", Run("New-ArchiveEnv buildkit/v0.14.1-debug -Root $root").ErrorId);
    }

    [Fact]
    public void WhatIf_writes_nothing()
    {
        var result = Run("New-ArchiveEnv buildkit/v0.33.0 -Root $root -WhatIf");

        Assert.Empty(result.Errors);
        Assert.Empty(result.Output);
        Assert.Empty(Below());
    }

    [Fact]
    public void What_exists_stays_unless_Force_is_given_and_a_page_written_by_hand_stays_even_then()
    {
        Make("buildkit/v0.33.0");
        File.WriteAllText(Path.Combine(_root, "buildkit/v0.33.0/README.md"), "# by hand\n");
        File.WriteAllText(Path.Combine(_root, "buildkit/v0.33.0/ssh"), "changed\n");
        File.WriteAllText(Path.Combine(_root, "buildkit/v0.33.0/docker-compose.mirror.yml"), "services: {}\n");

        var refused = Run("New-ArchiveEnv buildkit/v0.33.0 -Root $root");
        Assert.Equal("EnvironmentExists", refused.ErrorId);
        Assert.Equal(ErrorCategory.ResourceExists, refused.Errors[0].CategoryInfo.Category);
        Assert.Equal("changed\n", Read("buildkit/v0.33.0/ssh"));

        Make("buildkit/v0.33.0 -Force");
        Assert.StartsWith("#!", Read("buildkit/v0.33.0/ssh"), StringComparison.Ordinal);
        Assert.Equal("# by hand\n", Read("buildkit/v0.33.0/README.md"));
        Assert.Equal("services: {}\n", Read("buildkit/v0.33.0/docker-compose.mirror.yml"));
        Assert.Equal(["buildkit", "buildkit/v0.33.0"], Below().Where(p => Directory.Exists(Path.Combine(_root, p))));
    }

    [Theory]
    [InlineData("buildkit/0.33.0")]
    [InlineData("buildkit/v0.33")]
    [InlineData("buildkit/v0.33.0/base")]
    [InlineData("buildkit/../v0.33.0")]
    [InlineData("v0.33.0")]
    public void A_name_that_is_none_is_refused(string name)
    {
        var result = Run($"New-ArchiveEnv {name} -Root $root");

        Assert.Equal("EnvironmentNameInvalid", result.ErrorId);
        Assert.Equal(name, result.Errors[0].TargetObject);
        Assert.Empty(Below());
    }

    [Theory]
    [InlineData("New-ArchiveEnv runc/v1.3.4 -Root $root")]
    [InlineData("New-ArchiveEnv buildkit/v0.33.0 -Like buildkit/docker-v20.10.24 -Root $root")]
    public void What_has_no_templates_is_refused(string script)
    {
        Assert.Equal("TemplateMissing", Run(script).ErrorId);
        Assert.Empty(Below());
    }

    [Fact]
    public void Nothing_is_left_when_the_table_cannot_be_written()
    {
        CopyTable();
        Directory.CreateDirectory(Path.Combine(_root, "buildkit", "environments.csv.new"));
        var result = Run("New-ArchiveEnv buildkit/v0.33.0 -Root $root");

        Assert.Equal("EnvironmentNotWritten", result.ErrorId);
        Assert.Equal(["buildkit", "buildkit/environments.csv", "buildkit/environments.csv.new"], Below());
    }
}
