using System.Security.Cryptography;

namespace DockerArchive.IntegrationTests;

/// <summary>The templates' install.sh in a real image build, with files that lie beside the Dockerfile in place of downloads.</summary>
public sealed class InstallTests : IDisposable
{
    private readonly string _context = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    public InstallTests()
    {
        var templates = Path.Combine(ModuleRunspace.Root, "dqd", "environment", "buildkit");
        File.Copy(Path.Combine(templates, "release", "install.sh"), Path.Combine(_context, "install.sh"));
        foreach (var unit in Directory.GetFiles(Path.Combine(templates, "units", "v0.10.0"), "buildkit.*"))
            File.Copy(unit, Path.Combine(_context, Path.GetFileName(unit)));
        Cli.RunIn(_context, "sh", "-c", "mkdir bin && printf '#!/bin/sh\\necho it is installed\\n' >bin/buildkitd && chmod 755 bin/buildkitd && tar -czf local.tar.gz bin && echo runc >runc");
        File.WriteAllText(
            Path.Combine(_context, "Dockerfile"),
            """
            FROM debian:bookworm-slim
            ARG BUILDKIT_TARBALL=local.tar.gz
            ARG BUILDKIT_SHA256=
            ARG RUNC=runc
            ARG RUNC_SHA256=
            ARG BUILDKIT_SERVICE=buildkit.service
            ARG BUILDKIT_SERVICE_SHA256=
            ARG BUILDKIT_SOCKET=buildkit.socket
            ARG BUILDKIT_SOCKET_SHA256=
            COPY . /tmp/context/
            RUN sh /tmp/context/install.sh
            """);
    }

    public void Dispose()
    {
        Directory.Delete(_context, recursive: true);
        File.Delete(ImageId);
    }

    private string Install(params string[] arguments) =>
        Cli.RunIn(_context, "docker", ["build", "--iidfile", ImageId, "--force-rm", .. arguments.SelectMany(a => new[] { "--build-arg", a }), "."]);

    private string ImageId => $"{_context}.id";

    private string Sum(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(_context, file))));

    [Fact]
    public void Local_files_with_the_right_checksums_are_installed()
    {
        File.WriteAllText(Path.Combine(_context, "other.socket"), "[Socket]\n");
        Install(
            $"BUILDKIT_SHA256={Sum("local.tar.gz")}",
            $"RUNC_SHA256={Sum("runc")}",
            $"BUILDKIT_SERVICE_SHA256={Sum("buildkit.service")}",
            "BUILDKIT_SOCKET=other.socket",
            $"BUILDKIT_SOCKET_SHA256={Sum("other.socket")}");
        var image = File.ReadAllText(ImageId);

        Assert.Equal(
            "it is installed\nrunc\nbuildkit.service\nbuildkit.socket\n[Socket]",
            Cli.Docker("run", "--rm", image, "sh", "-c", "buildkitd; cat /usr/local/sbin/runc; cd /usr/local/lib/systemd/system; ls; cat buildkit.socket"));
        Cli.Docker("rmi", image);
    }

    [Theory]
    [InlineData("BUILDKIT_SHA256", "local.tar.gz has another checksum than")]
    [InlineData("BUILDKIT_SOCKET_SHA256", "buildkit.socket has another checksum than")]
    [InlineData("RUNC_SHA256", "runc has another checksum than")]
    public void A_wrong_checksum_ends_the_build(string argument, string error) =>
        Assert.Contains($"install: {error} {new string('0', 64)}", Install($"{argument}={new string('0', 64)}"), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("install: other.tar.gz does not lie beside the Dockerfile", Install("BUILDKIT_TARBALL=other.tar.gz"), StringComparison.Ordinal);
}
