using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DockerArchive.Docker;

/// <summary>
/// The hash by which compose knows whether a container is what the files say. It is made of compose's own model, which differs
/// between its versions, so that compose itself is asked for it.
/// </summary>
internal static class ConfigHash
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Compose's hash; where there is no compose, one that is the same whenever the service is.</summary>
    public static async Task<string> OfAsync(ComposeProject project, ComposeService service, CancellationToken cancellation) =>
        await FromComposeAsync(project, service.Name, cancellation)
        ?? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(service)))).ToLowerInvariant();

    private static async Task<string?> FromComposeAsync(ComposeProject project, string service, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(
                "docker",
                [
                    "compose", "--project-name", project.Name, "--project-directory", project.Directory,
                    .. project.Files.SelectMany(f => new[] { "--file", f }), "config", "--hash", service,
                ])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = project.Directory,
            },
        };
        try
        {
            process.Start();
            process.StandardInput.Close();
            var warnings = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await warnings;
            await process.WaitForExitAsync(limit.Token);
            return output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var name, var hash] && name == service ? hash : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }
}
