using Renci.SshNet;

namespace DockerArchive.Ssh;

/// <summary>The order in which algorithms are offered. All that SSH.NET knows are, as the guests are up to fifteen years old.</summary>
internal static class Algorithms
{
    /// <summary>Those with an implementation in the platform's own cryptography come first; the others are managed code.</summary>
    /// <param name="info">The connection that is to be opened.</param>
    /// <param name="pinned">Types of host keys that are known; as in OpenSSH they come before all others, so that the guest shows one of them.</param>
    public static void Prefer(ConnectionInfo info, IEnumerable<string> pinned)
    {
        // A pin is of a key. A certificate would stand for an authority that nobody here has heard of.
        foreach (var certificate in info.HostKeyAlgorithms.Keys.Where(a => a.Contains("-cert-", StringComparison.Ordinal)).ToArray())
            info.HostKeyAlgorithms.Remove(certificate);

        First(info.KeyExchangeAlgorithms, "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521");
        First(info.Encryptions, "aes128-gcm@openssh.com", "aes256-gcm@openssh.com");
        First(info.HostKeyAlgorithms, "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256");
        First(info.HostKeyAlgorithms, [.. info.HostKeyAlgorithms.Keys.Where(a => pinned.Contains(KeyTypeOf(a)))]);
    }

    /// <summary>The type of the key that an algorithm signs with.</summary>
    public static string KeyTypeOf(string algorithm) => algorithm.StartsWith("rsa-sha2-", StringComparison.Ordinal) ? "ssh-rsa" : algorithm;

    private static void First<T>(IOrderedDictionary<string, T> offered, params string[] preferred)
    {
        for (var i = 0; i < preferred.Length; i++)
            offered.SetPosition(preferred[i], i);
    }
}
