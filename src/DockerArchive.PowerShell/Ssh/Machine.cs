namespace DockerArchive.Ssh;

/// <summary>A machine to ask: a guest, or this one.</summary>
/// <param name="Name">Name of the instance, of the Posh-SSH session, or of this machine.</param>
/// <param name="Environment">Name of the environment; null for what belongs to none.</param>
/// <param name="OpenAsync">Gives the shell in it.</param>
internal sealed record Machine(string Name, string? Environment, Func<CancellationToken, Task<IShell>> OpenAsync)
{
    /// <summary>The machine that PowerShell runs on.</summary>
    public static Machine Local { get; } =
        new(System.Environment.MachineName, null, static _ => Task.FromResult<IShell>(new LocalShell()));

    /// <summary>What errors call it.</summary>
    public string Title => Environment is not null ? $"the guest of '{Environment}'" : $"'{Name}'";

    /// <summary>A guest.</summary>
    public static Machine Of(Guest guest) =>
        new(guest.Name, guest.Environment, async cancellation => await guest.ConnectAsync(cancellation));
}
