namespace DockerArchive.Host;

/// <summary>Keys of the terminal, with waits that can be given up.</summary>
/// <remarks>
/// <see cref="Console.ReadKey(bool)"/> cannot be cancelled, and polling lets the terminal echo the keys in between. So
/// one thread blocks in it while somebody wants a key; a key that comes after the wait was given up serves the next
/// wait.
/// </remarks>
internal sealed class KeyReader : IDisposable
{
    private CancellationTokenSource _wait = new();
    private Task<ConsoleKeyInfo?>? _pending;
    private volatile bool _ended;

    public bool KeyAvailable => _pending is { IsCompleted: true } || (_pending is null && Console.KeyAvailable);

    /// <summary>Waits for a key; null when the wait was given up or the terminal has gone.</summary>
    public ConsoleKeyInfo? Read()
    {
        if (_ended)
            return null;

        _pending ??= Task.Factory.StartNew(
            ReadBlocking, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            _pending.Wait(Volatile.Read(ref _wait).Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        var key = _pending.Result;
        _pending = null;
        return key;
    }

    /// <summary>Reads keys with Ctrl+C as one of them; as a signal it would find nothing to stop at a prompt.</summary>
    public T WithControlC<T>(Func<T> read)
    {
        Console.TreatControlCAsInput = true;
        try
        {
            return read();
        }
        finally
        {
            if (!_ended)
                Console.TreatControlCAsInput = false;
        }
    }

    /// <summary>Ends the wait under way, if there is one.</summary>
    public void GiveUp() => Interlocked.Exchange(ref _wait, new CancellationTokenSource()).Cancel();

    /// <summary>Ends the wait under way and every later one.</summary>
    public void End()
    {
        _ended = true;
        GiveUp();
    }

    public void Discard()
    {
        while (KeyAvailable)
            Read();
    }

    public void Dispose() => _wait.Dispose();

    private ConsoleKeyInfo? ReadBlocking()
    {
        try
        {
            return Console.ReadKey(intercept: true);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // The terminal was closed under us.
            _ended = true;
            return null;
        }
    }
}
