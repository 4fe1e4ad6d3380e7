using System.Management.Automation;
using System.Net;
using DockerArchive.Vm;
using Renci.SshNet;

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

        return allowDefaultPassword || IsLoopback(instance.ComputerName)
            ? Default
            : throw new ArchiveException(
                "DefaultPasswordRefused",
                ErrorCategory.SecurityError,
                instance.Name,
                $"'{instance.Name}' is at {instance.ComputerName}, not on this machine, so the archives' well-known password is not sent there. "
                + "Give -Credential or -IdentityFile, or -AllowDefaultPassword if the way there is trusted.");
    }

    /// <summary>The ways to log in, for one connection, in the order in which they are tried.</summary>
    public AuthenticationMethod[] Methods()
    {
        List<AuthenticationMethod> methods = [];
        if (IdentityFile is not null)
            methods.Add(new PrivateKeyAuthenticationMethod(User, new PrivateKeyFile(IdentityFile, Passphrase)));
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

    private static bool IsLoopback(string? host) =>
        host is null or "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Without the secrets, which must not reach any message.</summary>
    public override string ToString() => User;
}
