using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DockerArchive.Docker;

/// <summary>The certificates for an engine that is reached over TLS, as files of docker's.</summary>
/// <param name="CaFile">Certificates of those who may vouch for the engine; null for the system's.</param>
/// <param name="CertificateFile">Our certificate; null for none.</param>
/// <param name="KeyFile">Its private key; null for none.</param>
/// <param name="Verify">Whether the engine must prove who it is.</param>
internal sealed record DockerTls(string? CaFile, string? CertificateFile, string? KeyFile, bool Verify)
{
    /// <summary>The files that are in a directory.</summary>
    public static DockerTls In(string directory, bool verify)
    {
        return new DockerTls(Existing("ca.pem"), Existing("cert.pem"), Existing("key.pem"), verify);

        string? Existing(string name) => Path.Join(directory, name) is var file && File.Exists(file) ? file : null;
    }

    /// <summary>Makes a connection one of TLS.</summary>
    /// <param name="connection">The connection, which belongs to the result.</param>
    /// <param name="host">Whom the engine's certificate must name.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArchiveException">The files cannot be read.</exception>
    [SuppressMessage("Security", "CA5359", Justification = "Docker's SkipTLSVerify and DOCKER_TLS ask for it; IsTrusted tells.")]
    public async Task<SslStream> SecureAsync(Stream connection, string host, CancellationToken cancellation)
    {
        var secured = new SslStream(connection);
        try
        {
            var options = new SslClientAuthenticationOptions { TargetHost = host };
            if (CertificateFile is not null && KeyFile is not null)
                options.ClientCertificates = [Of(CertificateFile, ReadIdentity)];
            if (!Verify)
            {
                options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
            }
            else if (CaFile is not null)
            {
                options.CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                };
                options.CertificateChainPolicy.CustomTrustStore.AddRange(Of(CaFile, ReadAuthorities));
            }

            await secured.AuthenticateAsClientAsync(options, cancellation);
            return secured;
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }

    private X509Certificate2 ReadIdentity(string file)
    {
        var identity = X509Certificate2.CreateFromPemFile(file, KeyFile);
        if (!OperatingSystem.IsWindows())
            return identity;

        // Windows presents no certificate whose key is in memory alone.
        using (identity)
            return new X509Certificate2(identity.Export(X509ContentType.Pkcs12));
    }

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities;
    }

    private static T Of<T>(string file, Func<string, T> read)
    {
        try
        {
            return read(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(
                "DockerTlsInvalid",
                ErrorCategory.SecurityError,
                file,
                $"{file} is no certificate with key that Docker's engine could be shown ({e.Message.TrimEnd('.')}). Put ca.pem, cert.pem and key.pem in the "
                + "directory that DOCKER_CERT_PATH names, or make the context anew.",
                e);
        }
    }
}
