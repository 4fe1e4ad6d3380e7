using System.Management.Automation;
using System.Text.Json;

namespace DockerArchive.Docker;

/// <summary><c>security_opt</c> of a service as the engine takes it: a seccomp profile's file is sent in whole.</summary>
internal static class SecurityOptions
{
    private const string Unconfined = "systempaths=unconfined";

    public static bool HasUnconfinedPaths(ComposeService service) => service.SecurityOpt.Contains(Unconfined);

    /// <exception cref="SecurityOptionException">A profile cannot be read.</exception>
    public static IList<string> Of(ComposeProject project, ComposeService service) =>
        [.. service.SecurityOpt.Where(o => o != Unconfined).Select(o => ToOption(project.Directory, service, o))];

    private static string ToOption(string directory, ComposeService service, string option)
    {
        const string Seccomp = "seccomp";
        if (!option.StartsWith(Seccomp, StringComparison.Ordinal) || option.Length == Seccomp.Length
            || option[Seccomp.Length] is not ('=' or ':') || option[(Seccomp.Length + 1)..] is "unconfined")
        {
            return option;
        }

        var file = Path.Combine(directory, option[(Seccomp.Length + 1)..]);
        try
        {
            using var profile = JsonDocument.Parse(File.ReadAllBytes(file));
            return $"{Seccomp}={JsonSerializer.Serialize(profile)}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new SecurityOptionException(service.Name, file, e);
        }
    }
}

/// <summary>A seccomp profile that a compose file names cannot be read.</summary>
public sealed class SecurityOptionException : ArchiveException
{
    internal SecurityOptionException(string service, string file, Exception inner)
        : base(
            "SeccompUnreadable",
            ErrorCategory.ReadError,
            file,
            $"The seccomp profile {file} of service '{service}' cannot be read: {inner.Message}",
            inner)
    {
    }
}
