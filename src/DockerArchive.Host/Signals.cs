using System.Runtime.InteropServices;

namespace DockerArchive.Host;

/// <summary>
/// Ctrl+C stops the running pipeline; SIGTERM and SIGHUP stop everything and end the process. Both let cmdlets and
/// finally blocks clean up first.
/// </summary>
internal sealed class Signals : IDisposable
{
    private readonly Session _session;
    private readonly bool _interactive;
    private readonly PosixSignalRegistration[] _registrations;

    public Signals(Session session, bool interactive)
    {
        _session = session;
        _interactive = interactive;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Terminate(signal, 15)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Terminate(signal, 1)),
        ];
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void Interrupt(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (!_session.Interrupt() && !_interactive)
            EndIdleProcess(Session.InterruptedExitCode);
    }

    private void Terminate(PosixSignalContext signal, int number)
    {
        signal.Cancel = true;
        var wasRunning = _session.IsRunning;
        _session.Terminate(number);
        if (!wasRunning && !_interactive)
            EndIdleProcess(128 + number);
    }

    // The main thread is blocked in a read of standard input that nothing can cancel.
    private void EndIdleProcess(int exitCode)
    {
        _session.Dispose();
        Environment.Exit(exitCode);
    }
}
