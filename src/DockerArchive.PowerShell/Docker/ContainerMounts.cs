using Docker.DotNet.Models;

namespace DockerArchive.Docker;

/// <summary>What is mounted into a service's container, in the two ways in which compose asks the engine for it.</summary>
/// <param name="Binds"><c>SOURCE:TARGET:OPTIONS</c>: the engine makes the source where it is not there.</param>
/// <param name="Mounts">Everything else.</param>
internal sealed record ContainerMounts(IList<string> Binds, IList<Mount> Mounts)
{
    public static ContainerMounts Of(ComposeProject project, ComposeService service)
    {
        var mounts = new ContainerMounts([], []);
        foreach (var mount in service.Mounts)
        {
            var volume = mount is { Kind: ComposeMountKind.Volume, Source: { } key } ? project.Volumes.GetValueOrDefault(key) : null;
            var source = volume?.Name ?? mount.Source;
            if (mount is { Kind: ComposeMountKind.Bind, CreateHostPath: true } || volume?.DriverOptions.GetValueOrDefault("o") == "bind")
                mounts.Binds.Add($"{source}:{mount.Target}:{string.Join(',', Options(mount))}");
            else
                mounts.Mounts.Add(ToMount(mount, source));
        }

        return mounts;
    }

    private static IEnumerable<string> Options(ComposeMount mount)
    {
        yield return mount.ReadOnly ? "ro" : "rw";
        if (mount.SELinux is { } label)
            yield return label;
        if (mount.Propagation is { } propagation)
            yield return propagation;
        if (mount.NoCopy)
            yield return "nocopy";
    }

    private static Mount ToMount(ComposeMount mount, string? source) => new()
    {
        Type = mount.Kind switch { ComposeMountKind.Bind => "bind", ComposeMountKind.Volume => "volume", _ => "tmpfs" },
        Source = source!,
        Target = mount.Target,
        ReadOnly = mount.ReadOnly ? true : null,
        BindOptions = mount.Propagation is null ? null! : new BindOptions { Propagation = mount.Propagation },
        VolumeOptions = mount.Kind is not ComposeMountKind.Volume
            ? null!
            : new VolumeOptions { NoCopy = mount.NoCopy ? true : null, Subpath = mount.Subpath! },
        TmpfsOptions = mount is { TmpfsSize: null, TmpfsMode: null }
            ? null!
            : new TmpfsOptions { SizeBytes = mount.TmpfsSize, Mode = (uint?)mount.TmpfsMode },
    };
}
