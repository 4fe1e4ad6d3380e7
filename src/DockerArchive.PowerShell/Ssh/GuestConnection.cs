using System.Management.Automation;
using System.Net.Sockets;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace DockerArchive.Ssh;

/// <summary>One SSH connection to a guest, over which any number of commands run.</summary>
internal sealed class GuestConnection : IDisposable
{
    private readonly SshClient _client;
    private readonly GuestEndpoint _endpoint;

    private GuestConnection(SshClient client, GuestEndpoint endpoint)
    {
        _client = client;
        _endpoint = endpoint;
    }

    /// <summary>For a guest that is known to be up; under emulation a key exchange alone takes seconds.</summary>
    private static readonly TimeSpan PatienceWhenUp = TimeSpan.FromSeconds(60);

    /// <summary>Connects to a guest that is up.</summary>
    /// <inheritdoc cref="OpenAsync(GuestEndpoint, TimeSpan, CancellationToken)"/>
    public static Task<GuestConnection> OpenAsync(GuestEndpoint endpoint, CancellationToken cancellation) =>
        OpenAsync(endpoint, PatienceWhenUp, cancellation);

    /// <summary>Connects, checks the host key and logs in.</summary>
    /// <exception cref="GuestUnreachableException">Nothing speaks SSH there (yet).</exception>
    /// <exception cref="GuestLoginException">The guest refused the credential.</exception>
    /// <exception cref="HostKeyChangedException">The guest is not the one it was.</exception>
    public static async Task<GuestConnection> OpenAsync(
        GuestEndpoint endpoint, TimeSpan timeout, CancellationToken cancellation)
    {
        var user = endpoint.Credential.UserName;
        var password = endpoint.Credential.Password;
        var keyboard = new KeyboardInteractiveAuthenticationMethod(user);
        keyboard.AuthenticationPrompt += (_, e) =>
        {
            foreach (var prompt in e.Prompts)
                prompt.Response = password;
        };
        var info = new ConnectionInfo(
            endpoint.Host, endpoint.Port, user, new PasswordAuthenticationMethod(user, password), keyboard)
        {
            Timeout = timeout,
        };

        var client = new SshClient(info) { KeepAliveInterval = TimeSpan.FromSeconds(15) };
        Exception? distrust = null;
        client.HostKeyReceived += (_, e) =>
        {
            try
            {
                HostKeyPins.Verify(endpoint.ContainerId, e.HostKeyName, e.HostKey);
            }
            catch (Exception failure) when (failure is HostKeyChangedException or IOException or UnauthorizedAccessException)
            {
                distrust = failure;
                e.CanTrust = false;
            }
        };

        try
        {
            await client.ConnectAsync(cancellation);
            return new GuestConnection(client, endpoint);
        }
        catch (Exception e)
        {
            client.Dispose();
            if (distrust is HostKeyChangedException)
                throw distrust;
            if (distrust is not null)
            {
                throw new ArchiveException(
                    "HostKeyNotPinned",
                    ErrorCategory.WriteError,
                    endpoint.Name,
                    $"The SSH host key of '{endpoint.Name}' cannot be pinned, so the login was not tried: {distrust.Message}",
                    distrust);
            }

            cancellation.ThrowIfCancellationRequested();
            throw e switch
            {
                SshAuthenticationException => new GuestLoginException(endpoint, e),
                SshException or SocketException or IOException or TimeoutException or ObjectDisposedException
                    => new GuestUnreachableException(endpoint, e),
                _ => new GuestUnreachableException(endpoint, e),
            };
        }
    }

    /// <summary>Runs a script of the guest's <c>sh</c> to its end, collecting what it prints.</summary>
    public async Task<RemoteOutput> RunAsync(string script, CancellationToken cancellation)
    {
        using var stdout = new MemoryStream();
        using var stderr = new MemoryStream();
        var exit = await RunAsync(
            new RemoteCommand(script)
            {
                Stdout = bytes => stdout.Write(bytes.Span),
                Stderr = bytes => stderr.Write(bytes.Span),
            },
            cancellation);
        return new RemoteOutput(exit, stdout.ToArray(), stderr.ToArray());
    }

    /// <summary>Runs a command; cancelling ends the remote process group before this returns.</summary>
    /// <exception cref="GuestConnectionLostException">The connection broke while the command ran.</exception>
    public async Task<RemoteExit> RunAsync(RemoteCommand command, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var execution = new RemoteExecution(_client, command);
        try
        {
            return await execution.RunAsync(cancellation);
        }
        catch (Exception e) when (e is SshException or ObjectDisposedException or SocketException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new GuestConnectionLostException(_endpoint, e);
        }
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>What a finished command printed.</summary>
internal sealed record RemoteOutput(RemoteExit Exit, byte[] Stdout, byte[] Stderr)
{
    public string StdoutText => System.Text.Encoding.UTF8.GetString(Stdout);

    public string StderrText => System.Text.Encoding.UTF8.GetString(Stderr);
}

/// <summary>Nothing speaks SSH at an instance's port.</summary>
public sealed class GuestUnreachableException : ArchiveException
{
    internal GuestUnreachableException(GuestEndpoint endpoint, Exception inner)
        : base(
            "GuestUnreachable",
            ErrorCategory.ConnectionError,
            endpoint.Name,
            $"The guest of '{endpoint.Name}' does not answer SSH at {endpoint.Host}:{endpoint.Port} ({inner.Message.TrimEnd('.')}). "
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
            $"The guest of '{endpoint.Name}' refused the login as '{endpoint.Credential.UserName}' at {endpoint.Host}:{endpoint.Port}. "
            + "Give the right name and password with -Credential.",
            inner)
    {
    }
}

/// <summary>The connection to a guest broke while a command ran.</summary>
public sealed class GuestConnectionLostException : ArchiveException
{
    internal GuestConnectionLostException(GuestEndpoint endpoint, Exception inner)
        : base(
            "GuestConnectionLost",
            ErrorCategory.ConnectionError,
            endpoint.Name,
            $"The connection to the guest of '{endpoint.Name}' broke while a command ran ({inner.Message.TrimEnd('.')}). "
            + $"See whether it still runs: Get-ArchiveEnv {endpoint.Name}",
            inner)
    {
    }
}
