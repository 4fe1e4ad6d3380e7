using System.Management.Automation;
using System.Text.RegularExpressions;
using DockerArchive.Catalog;

namespace DockerArchive.Archive;

/// <summary>
/// The overlay that has an environment's machines take their image from a mirror, as the public archives have them: nothing but
/// <c>image</c>.
/// </summary>
internal sealed partial class MirrorOverlay
{
    public const string Name = "mirror";

    private readonly string _text;

    /// <param name="env">The environment.</param>
    /// <param name="image">Name of its image in the mirror.</param>
    /// <exception cref="ArchiveException">The environment has no compose file, or the overlay says more than that and is not written anew.</exception>
    public MirrorOverlay(ArchiveEnv env, string image)
    {
        var named = WithVariables(image, env.Settings);
        _text = string.Concat(EnvironmentImages.MachinesOf(env).Select(m => $"  {m}:\n    image: {named}\n").Prepend("services:\n"));
        File = EnvironmentFiles.OverlayOf(EnvironmentFiles.ComposeFilesIn(env.Directory, [])[0], Name);
        if (System.IO.File.Exists(File) && System.IO.File.ReadLines(File).FirstOrDefault(l => !OfMirror().IsMatch(l)) is { } other)
        {
            throw new ArchiveException(
                "OverlayExists",
                ErrorCategory.ResourceExists,
                File,
                $"{File} has more than images ('{other.Trim()}'), so it would not be written anew and nothing was pushed. Push without -Mirror and put the image in by hand: {named}");
        }
    }

    /// <summary>Full path.</summary>
    public string File { get; }

    /// <exception cref="ArchiveException">It cannot be written.</exception>
    public void Write()
    {
        try
        {
            var fresh = File + ".new";
            System.IO.File.WriteAllText(fresh, _text);
            System.IO.File.Move(fresh, File, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(
                "EnvironmentNotWritten", ErrorCategory.WriteError, File, $"The images were pushed, but {File} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>With variables it says the next version too, of which a pull fails until that is pushed, and never silently the old one.</summary>
    private static string WithVariables(string image, IReadOnlyDictionary<string, string> settings)
    {
        if (!settings.TryGetValue("IMAGE", out var name) || !settings.TryGetValue("VERSION", out var version))
            return image;
        foreach (var separator in "_:")
        {
            var end = $"{name}{separator}{version}";
            if (image.EndsWith(end, StringComparison.Ordinal))
                return $"{image[..^end.Length]}${{IMAGE}}{separator}${{VERSION}}";
        }

        return image;
    }

    [GeneratedRegex(@"^(services:|  [\w.-]+:|    image: \S+|#.*|)\s*$")]
    private static partial Regex OfMirror();
}
