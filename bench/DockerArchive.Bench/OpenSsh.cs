using System.Globalization;
using DockerArchive.SshTests;

namespace DockerArchive.Bench;

/// <summary>How OpenSSH's client is called: without the user's configuration and known hosts.</summary>
internal static class OpenSsh
{
    public static string Host(LoopbackSshd sshd) => $"{Environment.UserName}@{sshd.Address}";

    public static string[] Options(LoopbackSshd sshd) =>
    [
        "-F", "none", "-i", sshd.IdentityFile, "-p", sshd.Port.ToString(CultureInfo.InvariantCulture),
        "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes",
    ];
}
