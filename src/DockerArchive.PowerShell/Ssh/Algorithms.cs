using Renci.SshNet;

namespace DockerArchive.Ssh;

/// <summary>The order in which algorithms are offered. All that SSH.NET knows are, as the guests are up to fifteen years old.</summary>
internal static class Algorithms
{
    /// <summary>Those with an implementation in the platform's own cryptography come first; the others are managed code.</summary>
    public static void Prefer(ConnectionInfo info)
    {
        First(info.KeyExchangeAlgorithms, "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521");
        First(info.Encryptions, "aes128-gcm@openssh.com", "aes256-gcm@openssh.com");
        First(info.HostKeyAlgorithms, "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256");
    }

    private static void First<T>(IOrderedDictionary<string, T> offered, params string[] preferred)
    {
        for (var i = 0; i < preferred.Length; i++)
            offered.SetPosition(preferred[i], i);
    }
}
