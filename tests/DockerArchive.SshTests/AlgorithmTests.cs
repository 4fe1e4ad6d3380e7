namespace DockerArchive.SshTests;

/// <summary>What an sshd of fifteen years ago offers, and what one of today may insist on, at a real sshd.</summary>
public sealed class AlgorithmTests
{
    [Theory]
    [InlineData("KexAlgorithms diffie-hellman-group1-sha1")]
    [InlineData("KexAlgorithms diffie-hellman-group14-sha1")]
    [InlineData("KexAlgorithms diffie-hellman-group-exchange-sha1")]
    [InlineData("KexAlgorithms diffie-hellman-group-exchange-sha256")]
    [InlineData("KexAlgorithms diffie-hellman-group16-sha512")]
    [InlineData("KexAlgorithms ecdh-sha2-nistp256")]
    [InlineData("KexAlgorithms curve25519-sha256")]
    [InlineData("KexAlgorithms curve25519-sha256@libssh.org")]
    [InlineData("KexAlgorithms sntrup761x25519-sha512@openssh.com")]
    [InlineData("HostKeyAlgorithms ssh-rsa")]
    [InlineData("HostKeyAlgorithms rsa-sha2-512")]
    [InlineData("HostKeyAlgorithms ssh-ed25519")]
    [InlineData("Ciphers aes128-cbc")]
    [InlineData("Ciphers 3des-cbc")]
    [InlineData("Ciphers aes128-ctr")]
    [InlineData("Ciphers aes256-gcm@openssh.com")]
    [InlineData("Ciphers chacha20-poly1305@openssh.com")]
    [InlineData("Ciphers aes128-ctr", "MACs hmac-sha1")]
    [InlineData("Ciphers aes128-ctr", "MACs hmac-sha2-256")]
    [InlineData("Ciphers aes128-ctr", "MACs hmac-sha2-512-etm@openssh.com")]
    [InlineData("KexAlgorithms diffie-hellman-group1-sha1", "HostKeyAlgorithms ssh-rsa", "Ciphers 3des-cbc", "MACs hmac-sha1", "PubkeyAcceptedAlgorithms ssh-rsa")]
    [InlineData("KexAlgorithms sntrup761x25519-sha512@openssh.com", "HostKeyAlgorithms ssh-ed25519", "Ciphers chacha20-poly1305@openssh.com", "PubkeyAcceptedAlgorithms ssh-ed25519")]
    public async Task A_command_runs(params string[] options)
    {
        using var sshd = new LoopbackSshd(options);
        var identity = options.Contains("PubkeyAcceptedAlgorithms ssh-rsa") ? sshd.MakeIdentity("-t", "rsa", "-N", "") : sshd.IdentityFile;
        using var guest = await GuestConnection.OpenAsync(
            sshd.EndpointFor(new GuestLogin(Environment.UserName, null, identity)), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        var output = await guest.RunAsync("echo ran; exit 3", TestContext.Current.CancellationToken);

        Assert.Equal(("ran\n", 3), (output.StdoutText, output.Exit.Code));
    }
}
