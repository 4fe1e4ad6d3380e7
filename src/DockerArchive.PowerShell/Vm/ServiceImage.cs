using System.Management.Automation;
using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using DockerArchive.Docker;

namespace DockerArchive.Vm;

/// <summary>The image of a service: there, or fetched from its registry.</summary>
internal sealed class ServiceImage(DockerEngine engine, Action<ImageStep> pulling)
{
    /// <exception cref="ImageMissingException">It is not there, and cannot or must not be fetched.</exception>
    public async Task<ImageInspectResponse> EnsureAsync(
        string environment, string reference, PullPolicy policy, CancellationToken cancellation)
    {
        if (policy is not PullPolicy.Always && await FindAsync(reference, cancellation) is { } there)
            return there;
        if (policy is PullPolicy.Never)
            throw new ImageMissingException(environment, reference, "-Pull Never keeps it from being pulled", null);

        await PullAsync(environment, reference, cancellation);
        return await FindAsync(reference, cancellation)
            ?? throw new ImageMissingException(environment, reference, "it could not be pulled", null);
    }

    private async Task<ImageInspectResponse?> FindAsync(string reference, CancellationToken cancellation)
    {
        try
        {
            return await engine.Client.Images.InspectImageAsync(reference, cancellation);
        }
        catch (DockerImageNotFoundException)
        {
            return null;
        }
    }

    private async Task PullAsync(string environment, string reference, CancellationToken cancellation)
    {
        string? error = null;
        pulling(new ImageStep(reference, null, "asking the registry", null, null));
        var login = await RegistryLogin.FindAsync(ImageReference.Parse(reference), cancellation);
        try
        {
            // Without a tag the engine would fetch them all.
            var hasTag = reference.Contains('@', StringComparison.Ordinal)
                || reference.LastIndexOf(':') > reference.LastIndexOf('/');
            await engine.Client.Images.CreateImageAsync(
                new ImagesCreateParameters { FromImage = hasTag ? reference : $"{reference}:latest" },
                login?.ToAuthConfig(),
                new EngineMessages(message =>
                {
                    error ??= message.Error?.Message;
                    if (ImageStep.Of(reference, message) is { } step)
                        pulling(step);
                }),
                cancellation);
        }
        catch (DockerApiException e)
        {
            throw new ImageMissingException(environment, reference, $"it could not be pulled ({Reason(e)})", e);
        }

        if (error is not null)
            throw new ImageMissingException(environment, reference, $"it could not be pulled ({error.Trim().TrimEnd('.')})", null);
    }

    private static string Reason(DockerApiException e) =>
        (e.StatusCode == HttpStatusCode.NotFound && e.ResponseBody?.Contains("manifest unknown", StringComparison.Ordinal) is true
            ? "its registry does not have it"
            : e.Message).Trim().TrimEnd('.');
}

/// <summary>An environment's image is not on the Docker host and was not fetched.</summary>
public sealed class ImageMissingException : ArchiveException
{
    internal ImageMissingException(string environment, string image, string why, Exception? inner)
        : base(
            "ImageNotFound",
            ErrorCategory.ObjectNotFound,
            image,
            $"Image '{image}' of environment '{environment}' is not on the Docker host and {why}. Make it with: Build-ArchiveEnv {environment}",
            inner)
    {
    }
}
