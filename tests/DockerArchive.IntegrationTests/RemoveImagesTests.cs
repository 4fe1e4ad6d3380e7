using System.Management.Automation;

namespace DockerArchive.IntegrationTests;

/// <summary>What Remove-ArchiveEnv takes besides instances, when it is told to.</summary>
public sealed class RemoveImagesTests : IDisposable
{
    private const string Remove = $"Remove-ArchiveEnv {ImageEnvironment.Name} -Root $root";

    private readonly ImageEnvironment _environment = new();

    public RemoveImagesTests()
    {
        _environment.MakeImages();
        _environment.Make("vm_images-v1.0.0_v0.1.0");
        Cli.Docker("tag", Reference(1), Reference(3));
    }

    public void Dispose() => _environment.Dispose();

    private string Reference(int tag) => $"{_environment.Repository}:{ImageEnvironment.Tags()[tag]}";

    private string Volume => $"{_environment.Project}_data";

    private void Start() =>
        RunningEnvironment.Succeeded(_environment.Run($"Start-ArchiveEnv {ImageEnvironment.Name} -Root $root -Until Created -Acceleration Tcg -Pull Never"));

    [Fact]
    public void Images_go_after_the_instances_and_other_names_of_them_stay()
    {
        Start();
        Cli.Docker("tag", Reference(0), $"{_environment.Repository}:mine");
        File.WriteAllText(_environment.Overlay, $"services:\n  vm:\n    image: localhost:1/{_environment.Repository}:mirrored\n");
        Cli.Docker("tag", Reference(1), $"localhost:1/{_environment.Repository}:mirrored");
        Assert.Equal(6, _environment.Local().Length);

        var running = _environment.Run($"{Remove} -Images");
        Assert.Equal(["InstanceRunning", "ImageInUse"], running.Errors.Select(e => e.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal(ErrorCategory.ResourceBusy, running.Errors[1].CategoryInfo.Category);
        Assert.Contains($"container '{_environment.Project}-vm-1'", running.Errors[1].Exception.Message, StringComparison.Ordinal);
        Assert.Empty(RunningEnvironment.Succeeded(_environment.Run($"{Remove} -Images -Force -WhatIf")));
        Assert.Equal(6, _environment.Local().Length);

        RunningEnvironment.Succeeded(_environment.Run($"{Remove} -Images -Force"));
        Assert.Equal([$"{_environment.Repository}:mine"], _environment.Local());
        Assert.Equal("", Cli.Remains(_environment.Project));

        Assert.Equal("EnvironmentNotRunning", _environment.Run($"{Remove} -Images").ErrorId);
        Assert.Empty(_environment.Run("Remove-ArchiveEnv images/* -Root $root -Images -Disk").Errors);
    }

    [Fact]
    public void An_image_that_a_container_has_is_an_error_that_names_it_and_nothing_is_removed()
    {
        var user = $"{_environment.Project}-user";
        Cli.Docker("create", "--name", user, Reference(0), "/hello");
        try
        {
            var result = _environment.Run($"{Remove} -Images");

            Assert.Equal("ImageInUse", result.ErrorId);
            Assert.Contains($"'{Reference(0)}' of environment '{ImageEnvironment.Name}' is that of container '{user}'", result.Errors[0].Exception.Message, StringComparison.Ordinal);
            Assert.Equal(4, _environment.Local().Length);
        }
        finally
        {
            Cli.Docker("rm", user);
        }

        RunningEnvironment.Succeeded(_environment.Run($"{Remove} -Images"));
        Assert.Empty(_environment.Local());
    }

    [Fact]
    public void Disks_are_the_volumes_of_the_project_and_what_the_machine_was_made_from()
    {
        _environment.Write(ImageEnvironment.Name, _environment.Repository, "    volumes: [data:/data]\nvolumes:\n  data:");
        Start();
        RunningEnvironment.Succeeded(_environment.Run($"{Remove} -Force"));
        Assert.Equal(Volume, Cli.Docker("volume", "ls", "-q", "--filter", $"name={Volume}"));

        var user = $"{_environment.Project}-user";
        Cli.Docker("create", "--name", user, "-v", $"{Volume}:/data", Reference(0), "/hello");
        var used = _environment.Run($"{Remove} -Disk");
        Cli.Docker("rm", user);
        Assert.Equal("VolumeInUse", used.ErrorId);
        Assert.Contains($"'{user}'", used.Errors[0].Exception.Message, StringComparison.Ordinal);

        Start();
        RunningEnvironment.Succeeded(_environment.Run($"{Remove} -Force -Disk"));
        Assert.Equal("", Cli.Docker("volume", "ls", "-q", "--filter", $"name={Volume}"));
        Assert.Equal(new[] { Reference(0), Reference(1), Reference(3) }.Order(StringComparer.Ordinal), _environment.Local());
    }

    [Fact]
    public void The_machines_own_disk_stays_while_there_is_another_instance()
    {
        Start();
        RunningEnvironment.Succeeded(_environment.Run($"Start-ArchiveEnv {ImageEnvironment.Name} -Root $root -Instance two -Until Created -Acceleration Tcg -Pull Never"));

        RunningEnvironment.Succeeded(_environment.Run($"Remove-ArchiveEnv {_environment.Project}-two -Root $root -Force -Disk"));
        Assert.Equal(4, _environment.Local().Length);
        RunningEnvironment.Succeeded(_environment.Run($"{Remove} -Force -Disk"));
        Assert.Equal(3, _environment.Local().Length);
    }
}
