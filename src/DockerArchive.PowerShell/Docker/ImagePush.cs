using System.Management.Automation;
using System.Text.RegularExpressions;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace DockerArchive.Docker;

/// <summary>Pushes images, with the logins that Docker has, and again where what failed may pass.</summary>
/// <param name="engine">The engine that has the images and pushes them.</param>
/// <param name="pushing">Receives what it says.</param>
/// <param name="warn">Receives why a push is tried again.</param>
internal sealed partial class ImagePush(DockerEngine engine, Action<ImageStep> pushing, Action<string> warn)
{
    /// <summary>Pushes what the engine has under a name.</summary>
    /// <returns>The digest that the registry has under the name now.</returns>
    /// <exception cref="PushFailedException">It does not.</exception>
    public async Task<string> PushAsync(string environment, string reference, RetryRule retry, CancellationToken cancellation)
    {
        pushing(new ImageStep(reference, null, "asking the registry", null, null));
        var login = await RegistryLogin.FindAsync(ImageReference.Parse(reference), cancellation);
        for (var tried = 1; ; tried++)
        {
            var (digest, error) = await TryAsync(reference, login?.ToAuthConfig() ?? new AuthConfig(), cancellation);
            if (digest is not null)
                return digest;
            var failure = new PushFailedException(environment, reference, error, login is not null);
            if (!failure.IsTransient || tried > retry.Count)
                throw failure;
            warn($"{failure.Message} Trying again in {retry.Interval.TotalSeconds} s ({tried} of {retry.Count}).");
            await Task.Delay(retry.Interval, cancellation);
        }
    }

    private async Task<(string? Digest, string Error)> TryAsync(string reference, AuthConfig login, CancellationToken cancellation)
    {
        string? digest = null, error = null;
        var colon = reference.LastIndexOf(':');
        try
        {
            await engine.Client.Images.PushImageAsync(
                reference[..colon],
                new ImagePushParameters { Tag = reference[(colon + 1)..] },
                login,
                new EngineMessages(message =>
                {
                    error ??= message.Error?.Message;
                    if (ImageStep.Of(reference, message) is not { } step)
                        return;
                    pushing(step);
                    if (step.Layer is null && Digest().Match(step.Status) is { Success: true } told)
                        digest = told.Value;
                }),
                cancellation);
        }
        catch (DockerApiException e)
        {
            error ??= e.Message;
        }

        return error is null && digest is not null ? (digest, "") : (null, error ?? "the engine says nothing about the result");
    }

    [GeneratedRegex("sha256:[0-9a-f]{64}")]
    private static partial Regex Digest();
}

/// <summary>How often and after how long something is tried again.</summary>
internal sealed record RetryRule(int Count, TimeSpan Interval);

/// <summary>An image was not pushed.</summary>
public sealed partial class PushFailedException : ArchiveException
{
    internal PushFailedException(string environment, string image, string words, bool hasLogin)
        : this(environment, ImageReference.Parse(image).Registry, image, words.Trim().TrimEnd('.'), hasLogin, Transient().IsMatch(words))
    {
    }

    private PushFailedException(string environment, string registry, string image, string words, bool hasLogin, bool isTransient)
        : base(
            IdOf(words),
            CategoryOf(IdOf(words)),
            image,
            $"Image '{image}' of environment '{environment}' was not pushed: {Reason(IdOf(words), registry, words, hasLogin)}")
    {
        Registry = registry;
        IsTransient = isTransient;
    }

    /// <summary>The registry that it was to be pushed to.</summary>
    public string Registry { get; }

    /// <summary>Whether the same push may succeed a little later.</summary>
    public bool IsTransient { get; }

    private static string IdOf(string words) => Denied().IsMatch(words) ? "PushDenied" : NoAnswer().IsMatch(words) ? "RegistryUnavailable" : "RegistryRefused";

    private static ErrorCategory CategoryOf(string id) => id switch
    {
        "PushDenied" => ErrorCategory.PermissionDenied,
        "RegistryUnavailable" => ErrorCategory.ConnectionError,
        _ => ErrorCategory.InvalidOperation,
    };

    private static string Reason(string id, string registry, string words, bool hasLogin) => id switch
    {
        "PushDenied" => $"the registry {registry} denies it {(hasLogin ? "to the login that Docker has" : "without a login")} ({words}). Log in as one who may: docker login {registry}",
        "RegistryUnavailable" => $"the registry {registry} does not answer the Docker host ({words}). See the network and the registry's name, or give another with -Registry.",
        _ => $"the registry {registry} refuses ({words}). Try again later.",
    };

    [GeneratedRegex("denied|unauthorized|authentication required|no basic auth|insufficient_scope|incorrect username or password|40[13] ", RegexOptions.IgnoreCase)]
    private static partial Regex Denied();

    [GeneratedRegex(@"dial tcp|no such host|timeout|deadline exceeded|connection re|TLS handshake|broken pipe|\bEOF\b|x509|HTTP response to HTTPS client", RegexOptions.IgnoreCase)]
    private static partial Regex NoAnswer();

    /// <summary>No host of the name, no trust and no permission do not pass by themselves.</summary>
    [GeneratedRegex(@"connection re|timeout|deadline exceeded|TLS handshake|broken pipe|\bEOF\b|network is unreachable|\b50[0234]\b|\b429\b|toomanyrequests|temporar", RegexOptions.IgnoreCase)]
    private static partial Regex Transient();
}
