using System.Globalization;
using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Archive.Checks;

/// <summary>Rules for the compose file and its overlays. An environment without one is only built, and has none.</summary>
internal static class ComposeRules
{
    public static IEnumerable<ArchiveFinding> Check(ArchiveEnv env, Dictionary<int, List<string>> ports)
    {
        if (EnvironmentFiles.ComposeFilesIn(env.Directory, []) is not [var main, ..])
            return [];
        var file = CheckedFile.Read(env, Path.GetFileName(main));
        return [.. Ports(env, file, ports), .. ImageTag(env, file), .. Overlays(env), .. Kvm(env, file)];
    }

    private static IEnumerable<ArchiveFinding> Ports(ArchiveEnv env, CheckedFile file, Dictionary<int, List<string>> owners)
    {
        foreach (var port in PortOwners.Ports(env).Distinct())
        {
            var text = port.ToString(CultureInfo.InvariantCulture) + ":";
            if (owners[port].Find(n => n != env.Name) is { } other)
                yield return file.Error("PortUnique", file.LineOf(l => l.Contains(text, StringComparison.Ordinal)), $"Port {port} is that of {other} too, so only one of them can run.");
        }
    }

    private static IEnumerable<ArchiveFinding> ImageTag(ArchiveEnv env, CheckedFile file)
    {
        if (!env.Settings.TryGetValue("IMAGE", out var image) || !env.Settings.TryGetValue("VERSION", out var version))
            yield break;
        if (!env.Image.EndsWith($":{image}_{version}", StringComparison.Ordinal) && !env.Image.EndsWith($"/{image}:{version}", StringComparison.Ordinal))
        {
            yield return file.Error(
                "ImageTag",
                file.LineOf(l => l.TrimStart().StartsWith("image:", StringComparison.Ordinal)),
                $"The image is {env.Image}, but .env has IMAGE={image} and VERSION={version}: it should end with :{image}_{version} or /{image}:{version}.");
        }
    }

    /// <summary>Each overlay has to be valid upon the compose file.</summary>
    private static IEnumerable<ArchiveFinding> Overlays(ArchiveEnv env)
    {
        foreach (var overlay in env.Overlays)
        {
            if (Project(env, overlay).Broken is { } broken)
                yield return broken;
        }
    }

    private static IEnumerable<ArchiveFinding> Kvm(ArchiveEnv env, CheckedFile file)
    {
        if (!env.Overlays.Contains("kvm"))
        {
            yield return file.Warning("KvmOverlay", null, "There is no KVM overlay beside it, so the machine is emulated everywhere; docker-compose.kvm.yml adds the device /dev/kvm.");
        }
        else if (Project(env, "kvm").Project is { } project && !project.Services.Any(s => s.Devices.Any(d => d.Target == "/dev/kvm")))
        {
            var overlay = CheckedFile.Read(env, Path.GetFileName(EnvironmentFiles.ComposeFilesIn(env.Directory, ["kvm"])[1]));
            yield return overlay.Error("KvmOverlay", null, "No service gets the device /dev/kvm from it.");
        }
    }

    private static (ComposeProject? Project, ArchiveFinding? Broken) Project(ArchiveEnv env, string overlay)
    {
        try
        {
            return (ArchiveCatalog.ReadProject(env, [overlay]), null);
        }
        catch (BrokenEnvironmentException e)
        {
            return (null, EnvironmentCheck.Broken(env.Name, e));
        }
    }
}
