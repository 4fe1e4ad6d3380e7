namespace DockerArchive.Ssh;

/// <summary>A guest to work in.</summary>
/// <param name="Name">Name of the instance, or of the Posh-SSH session.</param>
/// <param name="Environment">Name of the environment; null for a session that belongs to none.</param>
/// <param name="ConnectAsync">Gives the connection to it.</param>
internal sealed record Guest(string Name, string? Environment, Func<CancellationToken, Task<GuestConnection>> ConnectAsync)
{
    /// <summary>What a user calls it.</summary>
    public string Title => Environment ?? Name;
}
