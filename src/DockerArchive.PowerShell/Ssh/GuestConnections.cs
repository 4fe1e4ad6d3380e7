namespace DockerArchive.Ssh;

/// <summary>The connections of this process, one for each instance and login, shared by all cmdlets and runspaces.</summary>
internal static class GuestConnections
{
    /// <summary>For a guest that is known to be up; under emulation a key exchange alone takes seconds.</summary>
    public static readonly TimeSpan PatienceWhenUp = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<GuestEndpoint, Slot> Slots = [];

    /// <summary>The open connection of an endpoint; opens it on first use, and again after it broke.</summary>
    /// <inheritdoc cref="GuestConnection.OpenAsync"/>
    public static async Task<GuestConnection> GetAsync(
        GuestEndpoint endpoint, CancellationToken cancellation, TimeSpan? timeout = null)
    {
        var slot = SlotOf(endpoint);
        await slot.Opening.WaitAsync(cancellation);
        try
        {
            if (slot.Connection is { IsAlive: true } open)
                return open;
            slot.Connection?.Dispose();
            slot.Connection = null;
            slot.Connection = await GuestConnection.OpenAsync(
                endpoint, timeout ?? PatienceWhenUp, cancellation, token => GetAsync(endpoint, token));

            // Whoever closed all in the meantime did not see this one, but the next has to.
            lock (Slots)
                Slots.TryAdd(endpoint, slot);
            return slot.Connection;
        }
        finally
        {
            slot.Opening.Release();
        }
    }

    /// <summary>Closes the connections to a container's guest.</summary>
    public static void Close(string containerId) => Close(endpoint => endpoint.ContainerId == containerId);

    /// <summary>Closes all connections of this process.</summary>
    public static void CloseAll() => Close(static _ => true);

    private static Slot SlotOf(GuestEndpoint endpoint)
    {
        lock (Slots)
        {
            if (!Slots.TryGetValue(endpoint, out var slot))
                Slots.Add(endpoint, slot = new Slot());
            return slot;
        }
    }

    private static void Close(Func<GuestEndpoint, bool> concerns)
    {
        Slot[] closing;
        lock (Slots)
        {
            var endpoints = Slots.Keys.Where(concerns).ToArray();
            closing = [.. endpoints.Select(e => Slots[e])];
            foreach (var endpoint in endpoints)
                Slots.Remove(endpoint);
        }

        foreach (var slot in closing)
            slot.Connection?.Dispose();
    }

    private sealed class Slot
    {
        public SemaphoreSlim Opening { get; } = new(1);

        public GuestConnection? Connection { get; set; }
    }
}
