namespace DockerArchive.Host;

/// <summary>Keys of the terminal, with waits that can be given up.</summary>
/// <remarks>
/// <see cref="Console.ReadKey(bool)"/> cannot be cancelled, and polling for keys lets the terminal echo them in between.
/// So one thread blocks in it while somebody wants a key; a key that comes after the wait was given up serves the next one.
/// </remarks>
internal sealed class KeyReader
{
    private Task<ConsoleKeyInfo>? _pending;

    public CancellationToken Cancellation { get; set; }

    public bool KeyAvailable => _pending is { IsCompleted: true } || (_pending is null && Console.KeyAvailable);

    /// <summary>Waits for a key; null when the wait was cancelled.</summary>
    public ConsoleKeyInfo? Read()
    {
        _pending ??= Task.Factory.StartNew(
            static () => Console.ReadKey(intercept: true),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            _pending.Wait(Cancellation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        var key = _pending.Result;
        _pending = null;
        return key;
    }

    public void Discard()
    {
        while (KeyAvailable)
            Read();
    }
}
