using DockerArchive.Archive;
using DockerArchive.Catalog;

namespace DockerArchive.Tests.Archive;

public sealed class MirrorOverlayTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Overlay => Path.Combine(_directory.Path, "docker-compose.mirror.yml");

    private ArchiveEnv Environment(string compose)
    {
        _directory.Write(".env", "VERSION=v0.1.0\nIMAGE=x-v1\nCOMPOSE_PROJECT_NAME=x-1\n");
        _directory.Write("docker-compose.yml", compose);
        return ArchiveCatalog.Read("x/v1", _directory.Path);
    }

    private string Written(string compose, string image)
    {
        new MirrorOverlay(Environment(compose), image).Write();
        return File.ReadAllText(Overlay);
    }

    private static string Machine(string image) => $"services:\n  vm:\n    image: {image}\n";

    /// <summary>The forms of docker_archive, of dqd, and of neither.</summary>
    [Theory]
    [InlineData("a/archive:${IMAGE}_${VERSION}", "m:5000/a/archive:x-v1_v0.1.0", "m:5000/a/archive:${IMAGE}_${VERSION}")]
    [InlineData("ghcr.io/a/${IMAGE}:${VERSION}", "m/b/x-v1:v0.1.0", "m/b/${IMAGE}:${VERSION}")]
    [InlineData("a/other:v7", "m/a/other:v7", "m/a/other:v7")]
    public void The_image_follows_the_settings_where_they_make_its_name(string image, string mirrored, string expected) =>
        Assert.Equal(Machine(expected), Written(Machine(image), mirrored));

    [Fact]
    public void Every_machine_of_a_cluster_takes_it_and_no_other_service()
    {
        const string compose = "services:\n  master: &it\n    image: a/b:${IMAGE}_${VERSION}\n  worker: *it\n  other:\n    image: a/other\n";

        Assert.Equal("services:\n  master:\n    image: m/a/b:c\n  worker:\n    image: m/a/b:c\n", Written(compose, "m/a/b:c"));
    }

    [Fact]
    public void An_overlay_of_images_is_written_anew_and_removed_with_its_images_names()
    {
        File.WriteAllText(Overlay, "# the mirror\nservices:\n  vm:\n    image: old/x\n\n");

        Assert.Equal(Machine("m/a:b"), Written(Machine("a/b:x-v1_v0.1.0"), "m/a:b"));
        Assert.Equal(
            ["a/b:ctr_x-v1_v0.1.0", "a/b:ctr_x-v1", "a/b:x-v1_v0.1.0", "a/b:x-v1", "a/b:vm_x-v1_v0.1.0", "m/a:b"],
            EnvironmentImages.NamesOf(ArchiveCatalog.Read("x/v1", _directory.Path)));
    }

    [Theory]
    [InlineData("services:\n  vm:\n    image: old/x\n    command: [x]\n")]
    [InlineData("services:\n  vm:\n    image: old/x\nvolumes:\n  data:\n")]
    public void An_overlay_that_says_more_is_left_alone(string text)
    {
        File.WriteAllText(Overlay, text);
        Assert.Equal("OverlayExists", Assert.Throws<ArchiveException>(() => Written(Machine("a/b:x-v1_v0.1.0"), "m/a:b")).ErrorId);
        Assert.Equal(text, File.ReadAllText(Overlay));
    }
}
