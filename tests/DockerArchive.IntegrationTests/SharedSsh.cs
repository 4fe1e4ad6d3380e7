namespace DockerArchive.IntegrationTests;

/// <summary>
/// Makes the environment's own script use one connection for all that tests ask: a login takes seconds under emulation, and
/// tests ask often. OpenSSH's own means, an <c>ssh</c> in front of PATH that adds its options.
/// </summary>
internal static class SharedSsh
{
    private static readonly Lazy<string> Directory = new(Make);

    /// <summary>Runs a command in the guest.</summary>
    public static string Run(string script, string command) =>
        Cli.Run("env", $"PATH={Directory.Value}:{Environment.GetEnvironmentVariable("PATH")}", script, command);

    /// <summary>Leaves connections that a test has broken to their end; the next command opens another.</summary>
    public static void Abandon()
    {
        foreach (var socket in Sockets())
            File.Delete(socket);
    }

    /// <summary>Closes the connections.</summary>
    public static void Close()
    {
        if (!Directory.IsValueCreated)
            return;
        foreach (var socket in Sockets())
            Cli.Run("ssh", "-S", socket, "-O", "exit", "guest");
        System.IO.Directory.Delete(Directory.Value, recursive: true);
    }

    private static string[] Sockets() => System.IO.Directory.GetFiles(Directory.Value, "*.socket");

    private static string Make()
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("dockerarchive-ssh-").FullName;
        var ssh = Cli.Run("sh", "-c", "command -v ssh");
        var program = Path.Combine(directory, "ssh");

        // %k is the container, as the script says by HostKeyAlias: another container is another connection.
        File.WriteAllText(program, $"#!/bin/sh\nexec {ssh} -o ControlMaster=auto -o ControlPersist=yes -o 'ControlPath={directory}/%k.socket' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return directory;
    }
}
