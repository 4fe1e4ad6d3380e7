using System.Management.Automation;
using System.Net;
using System.Text;
using DockerArchive.Docker;
using DockerArchive.Vm;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace DockerArchive.Ssh;

/// <summary>As whom to log in, and by what.</summary>
/// <param name="User">Name of the user in the guest.</param>
/// <param name="Password">Password, or null to give none.</param>
/// <param name="IdentityFile">Full path of a private key, or null.</param>
/// <param name="Passphrase">What the private key is encrypted with, or null.</param>
internal sealed record GuestLogin(string User, string? Password, string? IdentityFile = null, string? Passphrase = null)
{
    /// <summary>The archives' guests all have this login; that is why they are published on loopback only.</summary>
    public static GuestLogin Default { get; } = new("root", "root");

    /// <summary>The login for an instance: what the user gave, otherwise the archives' own where that is no risk.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="credential">What the user gave; its password is the key's passphrase if there is a key.</param>
    /// <param name="identityFile">Full path of a private key, or null.</param>
    /// <param name="allowDefaultPassword">Whether the well-known password may leave this machine.</param>
    /// <exception cref="ArchiveException">The well-known password would be sent elsewhere, or the key is not there.</exception>
    public static GuestLogin For(
        ArchiveInstance instance, NetworkCredential? credential, string? identityFile, bool allowDefaultPassword)
    {
        if (identityFile is not null)
        {
            return File.Exists(identityFile)
                ? new GuestLogin(credential?.UserName ?? Default.User, null, identityFile, credential?.Password)
                : throw new ArchiveException(
                    "IdentityFileNotFound",
                    ErrorCategory.ObjectNotFound,
                    identityFile,
                    $"The private key '{identityFile}' for '{instance.Name}' does not exist. Give another with -IdentityFile.");
        }

        if (credential is not null)
            return new GuestLogin(credential.UserName, credential.Password);

        if (allowDefaultPassword)
            return Default;
        var docker = DockerEndpoint.Of(instance);
        if (docker.IsLocal ? IsLoopback(instance.ComputerName) : docker.IsTrusted)
            return Default;
        var way = docker.IsLocal ? $"at {instance.ComputerName}" : $"reached through {docker}, which has not proved who it is";
        throw new ArchiveException(
            "DefaultPasswordRefused",
            ErrorCategory.SecurityError,
            instance.Name,
            $"'{instance.Name}' is {way}, not on this machine, so the archives' well-known password is not sent there. "
            + "Give -Credential or -IdentityFile, or -AllowDefaultPassword if the way there is trusted.");
    }

    /// <summary>The ways to log in, for one connection, in the order in which they are tried.</summary>
    /// <exception cref="ArchiveException">The private key cannot be read.</exception>
    public AuthenticationMethod[] Methods()
    {
        List<AuthenticationMethod> methods = [];
        if (IdentityFile is not null)
            methods.Add(new PrivateKeyAuthenticationMethod(User, ReadKey(IdentityFile)));
        if (Password is not null)
        {
            var keyboard = new KeyboardInteractiveAuthenticationMethod(User);
            keyboard.AuthenticationPrompt += (_, e) =>
            {
                foreach (var prompt in e.Prompts)
                    prompt.Response = Password;
            };
            methods.Add(new PasswordAuthenticationMethod(User, Password));
            methods.Add(keyboard);
        }

        return [.. methods];
    }

    private PrivateKeyFile ReadKey(string file)
    {
        try
        {
            return new PrivateKeyFile(file, PassphraseFor(file));
        }
        catch (SshPassPhraseNullOrEmptyException e)
        {
            throw Unreadable("is encrypted. Give its passphrase as the password of -Credential, with -IdentityFile", e);
        }
        catch (Exception e) when (!string.IsNullOrEmpty(Passphrase) && e is not (IOException or UnauthorizedAccessException))
        {
            // What a wrong passphrase makes of a key is noise, and so is what fails on it.
            throw Unreadable("cannot be decrypted with the password of -Credential, which must be its passphrase", e);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw Unreadable($"cannot be read ({e.Message.TrimEnd('.')}). It must be an ed25519, ECDSA or RSA key in OpenSSH's or PEM form", e);
        }

        ArchiveException Unreadable(string why, Exception inner) =>
            new("IdentityFileUnreadable", ErrorCategory.SecurityError, file, $"The private key '{file}' {why}.", inner);
    }

    /// <summary>SSH.NET leaves PKCS#8 to BouncyCastle, which takes a character for a byte and no passphrase for an empty one.</summary>
    private string? PassphraseFor(string file)
    {
        var isPkcs8 = File.ReadAllText(file).Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        if (string.IsNullOrEmpty(Passphrase))
            return isPkcs8 ? throw new SshPassPhraseNullOrEmptyException("Private key is encrypted.") : null;
        return isPkcs8 ? Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(Passphrase)) : Passphrase;
    }

    private static bool IsLoopback(string? host) =>
        host is null or "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Without the secrets, which must not reach any message.</summary>
    public override string ToString() => User;
}
