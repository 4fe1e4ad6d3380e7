using System.Collections.Concurrent;
using System.Reflection;

namespace DockerArchive.Ssh;

/// <summary>
/// The members of one loaded SSH.NET through which a <see cref="SessionChannel"/> works. They are found by name, because
/// SSH.NET's public classes give neither flow control, nor a terminal with an exit code, nor a look at the socket; and
/// because Posh-SSH's sessions come from an SSH.NET of another version, in another load context. Ours is pinned and
/// shipped with the module, and a test opens channels with an older one.
/// </summary>
internal sealed class SshNetMembers
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.FlattenHierarchy;

    private static readonly ConcurrentDictionary<Assembly, SshNetMembers> Known = new();

    private readonly ConstructorInfo _windowAdjust;

    private SshNetMembers(Assembly assembly)
    {
        var client = Type(assembly, "BaseClient");
        var session = Type(assembly, "ISession");
        var channel = Type(assembly, "Channels.Channel");
        var sessionChannel = Type(assembly, "Channels.ChannelSession");
        var message = Type(assembly, "Messages.Message");
        var adjust = Type(assembly, "Messages.Connection.ChannelWindowAdjustMessage");

        Session = Getter(client, "Session");
        IsConnected = Getter(session, "IsConnected");
        CreateChannel = Method(session, "CreateChannelSession");
        SendMessage = Method(session, "SendMessage", message);
        SessionLost = Event(session, "Disconnected");
        SessionFailed = Event(session, "ErrorOccured");
        WindowAdjusted = Event(session, "ChannelWindowAdjustReceived");
        Socket = Type(assembly, "Session").GetField("_socket", Any);

        LocalWindow = MethodInvoker.Create(Property(channel, "LocalWindowSize").GetSetMethod(nonPublic: true) ?? throw Missing("LocalWindowSize"));
        RemoteNumber = Getter(channel, "RemoteChannelNumber");
        RemoteWindow = Getter(channel, "RemoteWindowSize");
        RemotePacket = Getter(channel, "RemotePacketSize");
        IsOpen = Getter(channel, "IsOpen");
        Sending = channel.GetField("_messagingLock", Any) ?? throw Missing("_messagingLock");
        SendData = Method(channel, "SendData", typeof(byte[]), typeof(int), typeof(int));
        SendEof = Method(channel, "SendEof");
        DataReceived = Event(channel, "DataReceived");
        ErrorDataReceived = Event(channel, "ExtendedDataReceived");
        EndOfData = Event(channel, "EndOfData");
        Closed = Event(channel, "Closed");
        RequestReceived = Event(channel, "RequestReceived");

        Open = Method(sessionChannel, "Open");
        Exec = Method(sessionChannel, "SendExecRequest", typeof(string));
        Shell = Method(sessionChannel, "SendShellRequest");
        Terminal = MethodInvoker.Create(
            sessionChannel.GetMethods(Any).Single(m => m.Name == "SendPseudoTerminalRequest"));
        WindowChange = Method(sessionChannel, "SendWindowChangeRequest", typeof(uint), typeof(uint), typeof(uint), typeof(uint));

        Data = Getter(Type(assembly, "Common.ChannelDataEventArgs"), "Data");
        Request = Getter(Type(assembly, "Common.ChannelRequestEventArgs"), "Info");
        RequestName = Getter(Type(assembly, "Messages.Connection.RequestInfo"), "RequestName");
        ExitStatus = Getter(Type(assembly, "Messages.Connection.ExitStatusRequestInfo"), "ExitStatus");
        ExitSignal = Getter(Type(assembly, "Messages.Connection.ExitSignalRequestInfo"), "SignalName");
        _windowAdjust = adjust.GetConstructor(Any, [typeof(uint), typeof(uint)]) ?? throw Missing(adjust.Name);
    }

    public MethodInvoker Session { get; }

    public MethodInvoker IsConnected { get; }

    public MethodInvoker CreateChannel { get; }

    public MethodInvoker SendMessage { get; }

    public EventInfo SessionLost { get; }

    public EventInfo SessionFailed { get; }

    public EventInfo WindowAdjusted { get; }

    /// <summary>Null where a version keeps its socket elsewhere; a dead connection then ends by TCP's own limits.</summary>
    public FieldInfo? Socket { get; }

    public MethodInvoker LocalWindow { get; }

    public MethodInvoker RemoteNumber { get; }

    public MethodInvoker RemoteWindow { get; }

    public MethodInvoker RemotePacket { get; }

    public MethodInvoker IsOpen { get; }

    /// <summary>What SSH.NET holds while it closes a channel: an object, or a Lock of .NET 9 and later.</summary>
    public FieldInfo Sending { get; }

    public MethodInvoker SendData { get; }

    public MethodInvoker SendEof { get; }

    public EventInfo DataReceived { get; }

    public EventInfo ErrorDataReceived { get; }

    public EventInfo EndOfData { get; }

    public EventInfo Closed { get; }

    public EventInfo RequestReceived { get; }

    public MethodInvoker Open { get; }

    public MethodInvoker Exec { get; }

    public MethodInvoker Shell { get; }

    public MethodInvoker Terminal { get; }

    public MethodInvoker WindowChange { get; }

    public MethodInvoker Data { get; }

    public MethodInvoker Request { get; }

    public MethodInvoker RequestName { get; }

    public MethodInvoker ExitStatus { get; }

    public MethodInvoker ExitSignal { get; }

    /// <param name="client">An <c>SshClient</c> of any SSH.NET.</param>
    /// <exception cref="MissingMemberException">This SSH.NET is not one we can drive.</exception>
    public static SshNetMembers Of(object client)
    {
        var type = client.GetType();
        while (type is not null && type.FullName != "Renci.SshNet.BaseClient")
            type = type.BaseType;
        return type is null
            ? throw new MissingMemberException($"{client.GetType()} is no client of SSH.NET.")
            : Known.GetOrAdd(type.Assembly, static assembly => new SshNetMembers(assembly));
    }

    /// <summary>
    /// Sends on a channel unless it is closed. SSH.NET looks whether it is before it waits for the lock; what is sent after
    /// the close makes sshd end the whole connection.
    /// </summary>
    public void WhileOpen(object channel, Action send)
    {
        var sending = Sending.GetValue(channel)!;
        var type = sending.GetType();
        var isLock = type.FullName == "System.Threading.Lock";
        if (isLock)
            type.GetMethod("Enter")!.Invoke(sending, null);
        else
            Monitor.Enter(sending);
        try
        {
            if ((bool)IsOpen.Invoke(channel)!)
                send();
        }
        finally
        {
            if (isLock)
                type.GetMethod("Exit", [])!.Invoke(sending, null);
            else
                Monitor.Exit(sending);
        }
    }

    /// <summary>The message that lets the other side send <paramref name="bytes"/> more.</summary>
    public object WindowAdjust(uint remoteNumber, uint bytes) => _windowAdjust.Invoke([remoteNumber, bytes]);

    private static Type Type(Assembly assembly, string name) =>
        assembly.GetType($"Renci.SshNet.{name}", throwOnError: false) ?? throw Missing(name);

    private static PropertyInfo Property(Type type, string name) => type.GetProperty(name, Any) ?? throw Missing(name);

    private static MethodInvoker Getter(Type type, string name) =>
        MethodInvoker.Create(Property(type, name).GetGetMethod(nonPublic: true) ?? throw Missing(name));

    private static MethodInvoker Method(Type type, string name, params Type[] parameters) =>
        MethodInvoker.Create(type.GetMethod(name, Any, parameters) ?? throw Missing(name));

    private static EventInfo Event(Type type, string name) => type.GetEvent(name, Any) ?? throw Missing(name);

    private static MissingMemberException Missing(string name) => new("SSH.NET", name);
}
