using System.Management.Automation;

namespace DockerArchive.Ssh;

/// <summary>Nothing speaks SSH at an instance's port.</summary>
public sealed class GuestUnreachableException : ArchiveException
{
    internal GuestUnreachableException(GuestEndpoint endpoint, Exception inner)
        : base(
            "GuestUnreachable",
            ErrorCategory.ConnectionError,
            endpoint.Name,
            $"The guest of '{endpoint.Name}' does not answer SSH at {endpoint.Place} ({inner.Message.TrimEnd('.')}). "
            + "If it is still booting, Start-ArchiveEnv waits for it.",
            inner)
    {
    }
}

/// <summary>The guest refused the login.</summary>
public sealed class GuestLoginException : ArchiveException
{
    internal GuestLoginException(GuestEndpoint endpoint, Exception inner)
        : base(
            "GuestLoginFailed",
            ErrorCategory.AuthenticationError,
            endpoint.Name,
            $"The guest of '{endpoint.Name}' refused the login as '{endpoint.Login.User}' at {endpoint.Place}"
            + (endpoint.Login.IdentityFile is { } key
                ? $" with the key {key}. Give another with -IdentityFile, or a name and password with -Credential."
                : ". Give the right name and password with -Credential, or a key with -IdentityFile."),
            inner)
    {
    }
}

/// <summary>The connection to a guest broke while a command ran.</summary>
public sealed class GuestConnectionLostException : ArchiveException
{
    internal GuestConnectionLostException(string name, Exception inner)
        : base(
            "GuestConnectionLost",
            ErrorCategory.ConnectionError,
            name,
            $"The connection to the guest of '{name}' broke while a command ran ({inner.Message.TrimEnd('.')}). "
            + $"See whether it still runs: Get-ArchiveEnv {name}",
            inner)
    {
    }
}
