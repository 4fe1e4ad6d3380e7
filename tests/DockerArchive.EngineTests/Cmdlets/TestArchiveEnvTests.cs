using System.Management.Automation;

namespace DockerArchive.EngineTests.Cmdlets;

public sealed class TestArchiveEnvTests : IDisposable
{
    private const string Name = "buildkit/v0.25.2";

    private readonly ModuleRunspace _runspace = new();
    private readonly string _root = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    public TestArchiveEnvTests() => Assert.Empty(Run($"New-ArchiveEnv {Name} -Root $root").Errors);

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private RunResult Run(string script) => _runspace.Run(script, ("root", _root));

    private string File(string name) => Path.Combine(_root, Name, name);

    private void Replace(string file, string from, string to)
    {
        var text = System.IO.File.ReadAllText(File(file));
        Assert.Contains(from, text, StringComparison.Ordinal);
        System.IO.File.WriteAllText(File(file), text.Replace(from, to, StringComparison.Ordinal));
    }

    /// <summary>The only finding: rule, severity, file below the environment and line.</summary>
    private string Finding()
    {
        var result = Run("Test-ArchiveEnv -Root $root");
        Assert.Empty(result.Errors);
        var finding = Assert.Single(result.Output);
        Assert.Equal(Name, finding.Properties["Environment"].Value);
        Assert.NotEmpty((string)finding.Properties["Message"].Value);
        return Text(finding);
    }

    private string Text(PSObject finding) =>
        $"{finding.Properties["Rule"].Value} {finding.Properties["Severity"].Value} "
        + $"{Path.GetRelativePath(Path.Combine(_root, Name), (string)finding.Properties["File"].Value)}:{finding.Properties["Line"].Value}";

    [Fact]
    public void All_environments_of_the_archive_are_sound()
    {
        var result = _runspace.Run("Test-ArchiveEnv; Test-ArchiveEnv -Quiet");

        Assert.Empty(result.Errors);
        Assert.Equal([true], result.As<bool>());
    }

    [Fact]
    public void A_port_is_one_environments_only()
    {
        Run("New-ArchiveEnv buildkit/v0.32.2 -Port 25209 -Root $root");
        Replace("docker-compose.yml", "25200", "25209");

        Assert.Equal("PortUnique Error docker-compose.yml:5", Text(Assert.Single(Run($"Test-ArchiveEnv {Name} -Root $root").Output)));
        Assert.Equal(2, Run("Test-ArchiveEnv -Root $root").Output.Count);
        Assert.Equal([false], Run("Test-ArchiveEnv -Root $root -Quiet").As<bool>());
    }

    [Fact]
    public void The_image_is_that_of_the_settings()
    {
        Replace("docker-compose.yml", "${IMAGE}_${VERSION}", "buildkit-v0.25.2_v0.9.9");
        var rules = Run("Test-ArchiveEnv -Root $root").Output.Select(Text);

        // The page names the image that it was.
        Assert.Equal(["ImageTag Error docker-compose.yml:3", "Readme Warning README.md:", "Readme Warning README.md:"], rules);
    }

    [Fact]
    public void A_setting_that_is_missing_is_told()
    {
        Replace(".env", "COMPOSE_PROJECT_NAME=buildkit-0-25-2\n", "");
        Assert.Equal("SettingMissing Error .env:", Finding());
    }

    [Fact]
    public void The_project_is_named_by_the_rule()
    {
        Replace(".env", "buildkit-0-25-2", "buildkit-v0252");
        Assert.Equal("ProjectName Warning .env:3", Finding());
    }

    [Fact]
    public void A_project_is_one_environments_only()
    {
        Run("New-ArchiveEnv buildkit/v0.32.2 -Root $root");
        Replace(".env", "buildkit-0-25-2", "buildkit-0-32-2");

        Assert.Contains("ProjectUnique Error .env:3", Run($"Test-ArchiveEnv {Name} -Root $root").Output.Select(Text));
    }

    [Fact]
    public void The_kvm_overlay_is_there_and_gives_the_device()
    {
        Replace("docker-compose.kvm.yml", "/dev/kvm:/dev/kvm", "/dev/fuse:/dev/fuse");
        Assert.Equal("KvmOverlay Error docker-compose.kvm.yml:", Finding());

        System.IO.File.Delete(File("docker-compose.kvm.yml"));
        Assert.Equal("KvmOverlay Warning docker-compose.yml:", Finding());
    }

    [Fact]
    public void Compose_files_are_valid()
    {
        System.IO.File.WriteAllText(File("docker-compose.local-mirror.yml"), "services:\n  vm:\n    imago: x\n");
        Assert.Equal("BrokenEnvironment Error docker-compose.local-mirror.yml:3", Finding());

        System.IO.File.WriteAllText(File("docker-compose.yml"), "services: [\n");
        Assert.StartsWith("BrokenEnvironment Error docker-compose.yml:", Finding(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_arguments_of_the_Dockerfile_are_declared_documented_and_of_this_version()
    {
        Replace("Dockerfile", "/releases/download/v0.25.2/", "/releases/download/v0.25.1/");
        Assert.Equal("DockerfileArg Error Dockerfile:5", Finding());

        Replace("Dockerfile", "/releases/download/v0.25.1/", "/releases/download/v0.25.2/");
        Replace("Dockerfile", "ARG RUNC_SHA256=\n", "ARG RUNC_SHA256=\nARG EXTRA=\n");
        Assert.Equal("DockerfileArg Warning Dockerfile:9", Finding());

        Replace("Dockerfile", "ARG EXTRA=\n", "ADD ${BASE} /x\n");
        Assert.Equal("DockerfileArg Error Dockerfile:9", Finding());

        System.IO.File.Delete(File("Dockerfile"));
        Assert.Equal("DockerfileMissing Warning Dockerfile:", Finding());
    }

    [Fact]
    public void The_script_ssh_can_be_run()
    {
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(File("ssh"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Assert.Equal("SshScript Error ssh:", Finding());
        }

        System.IO.File.WriteAllText(File("ssh"), "ssh root@localhost\n");
        Assert.Equal("SshScript Error ssh:1", Finding());

        System.IO.File.Delete(File("ssh"));
        Assert.Equal("SshScript Warning ssh:", Finding());
    }

    [Fact]
    public void The_page_begins_with_title_and_images()
    {
        Replace("README.md", "# buildkit v0.25.2\n", "# buildkit v0.25.1\n");
        Assert.Equal("Readme Warning README.md:1", Finding());

        System.IO.File.Delete(File("README.md"));
        Assert.Equal("Readme Warning README.md:", Finding());
    }

    [Fact]
    public void A_name_that_matches_nothing_is_an_error_unless_it_has_wildcards()
    {
        Assert.Equal("EnvironmentNotFound", Run("Test-ArchiveEnv buildkit/v0.25.3 -Root $root").ErrorId);
        Assert.Empty(Run("Test-ArchiveEnv kubernetes/* -Root $root").Errors);
        Assert.Equal([true], Run($"'{Name}', '{Name}' | Test-ArchiveEnv -Root $root -Quiet").As<bool>());
    }

    [Fact]
    public void A_registry_that_does_not_answer_is_one_error()
    {
        Run("New-ArchiveEnv buildkit/v0.32.2 -Root $root");
        foreach (var compose in Directory.EnumerateFiles(_root, "docker-compose.yml", SearchOption.AllDirectories))
            System.IO.File.WriteAllText(compose, System.IO.File.ReadAllText(compose).Replace("ssst0n3/", "localhost:1/", StringComparison.Ordinal));
        var result = Run("Test-ArchiveEnv -Root $root -Online -Quiet");

        Assert.Equal("RegistryUnavailable", result.ErrorId);
        Assert.Equal(ErrorCategory.ConnectionError, result.Errors[0].CategoryInfo.Category);
        Assert.Equal([false], result.As<bool>());
        Assert.Contains(result.Progress, p => p.RecordType is ProgressRecordType.Completed);
    }
}
