using System.Formats.Tar;
using Docker.DotNet.Models;
using DockerArchive.Docker;

namespace DockerArchive.Vm;

/// <summary>
/// The pipes through which QEMU is controlled. A socket would need a program in the container that speaks to sockets, and
/// published images have none; a port would be open to the guest, which reaches its container's loopback.
/// </summary>
internal static class QmpPipes
{
    /// <summary>What QEMU reads is <c>.in</c>, what it writes is <c>.out</c>.</summary>
    public const string Path = "/run/dockerarchive/qmp";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Arguments that make QEMU open the pipes; runners pass theirs on to it.</summary>
    public static IReadOnlyList<string> Arguments { get; } =
        ["-chardev", $"pipe,id=dockerarchive,path={Path}", "-mon", "chardev=dockerarchive,mode=control"];

    /// <summary>Whether a command passes its arguments on to QEMU, as the archives' runners do.</summary>
    public static bool AreTakenBy(IReadOnlyList<string> command) =>
        command is [var program, ..] && program[(program.LastIndexOf('/') + 1)..] is "start.sh" or "qemu-system-x86_64";

    /// <summary>Whether a command makes QEMU open the pipes.</summary>
    public static bool AreNamedBy(IReadOnlyList<string>? command) => command?.Contains(Arguments[^1]) is true;

    /// <summary>Puts the pipes into a container that has not been started; QEMU does not make them.</summary>
    public static async Task PutAsync(DockerEngine engine, string containerId, CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        await using (var tar = new TarWriter(content, leaveOpen: true))
        {
            var directory = Path[1..Path.LastIndexOf('/')];
            await tar.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.Directory, directory) { Mode = OwnerOnly | UnixFileMode.UserExecute }, cancellation);
            foreach (var end in new[] { "in", "out" })
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Fifo, $"{Path[1..]}.{end}") { Mode = OwnerOnly }, cancellation);
        }

        content.Position = 0;
        await engine.Client.Containers.ExtractArchiveToContainerAsync(
            containerId, new CopyToContainerParameters { Path = "/" }, content, cancellation);
    }
}
