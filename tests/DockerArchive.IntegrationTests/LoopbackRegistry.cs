using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using DockerArchive.SshTests;

namespace DockerArchive.IntegrationTests;

/// <summary>Whom a registry lets in.</summary>
public enum RegistryAccess
{
    /// <summary>Everybody.</summary>
    Open,

    /// <summary>Whoever gives it the password.</summary>
    Password,

    /// <summary>Whoever has a token of a server that wants the password.</summary>
    Token,
}

/// <summary>Debian's docker-registry on loopback.</summary>
internal sealed class LoopbackRegistry : IDisposable
{
    public const string User = "someone";
    public const string Password = "secret";

    /// <summary>About how large the layer of an image is that is pushed; it does not compress.</summary>
    public const int LayerBytes = 16_000_000;

    private readonly string _directory = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;
    private readonly TokenServer? _tokens;
    private readonly int _port = LoopbackPort.Next();
    private Process _process;

    public LoopbackRegistry(RegistryAccess access)
    {
        Host = $"localhost:{_port}";
        var auth = "";
        if (access is RegistryAccess.Token)
        {
            _tokens = new TokenServer(LoopbackPort.Next());
            File.WriteAllText(Path.Combine(_directory, "root.pem"), _tokens.Certificate);
            auth = $"auth: {{token: {{realm: \"{_tokens.Address}\", service: archive, issuer: tests, rootcertbundle: {_directory}/root.pem}}}}";
        }
        else if (access is RegistryAccess.Password)
        {
            // htpasswd -nbB someone secret
            File.WriteAllText(Path.Combine(_directory, "users"), "someone:$2y$05$5BnFsn6GqHZZsz2Ztcyf2e.XibeP59W6S3Ldtuh2LuumTmYdITlcy\n");
            auth = $"auth: {{htpasswd: {{realm: archive, path: {_directory}/users}}}}";
        }

        File.WriteAllText(
            ConfigFile,
            $"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {_directory}/store}}}}\nhttp: {{addr: \"127.0.0.1:{_port}\"}}\n{auth}\n");
        _process = Serve();

        DockerConfig = Path.Combine(_directory, "docker");
        Directory.CreateDirectory(DockerConfig);
    }

    private string ConfigFile => Path.Combine(_directory, "config.yml");

    /// <summary>Host and port, as an image's name has them.</summary>
    public string Host { get; }

    /// <summary>A directory for DOCKER_CONFIG. Nobody has logged in there at first.</summary>
    public string DockerConfig { get; }

    /// <summary>Ends it; what it has stays.</summary>
    public void Interrupt()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Goes on where it was interrupted.</summary>
    public void Resume() => _process = Serve();

    /// <summary>Lets it hear and not answer.</summary>
    public void Freeze() => Cli.Run("kill", "-STOP", $"{_process.Id}");

    /// <summary>Lets it answer again.</summary>
    public void Thaw() => Cli.Run("kill", "-CONT", $"{_process.Id}");

    /// <summary>The tags that it has of a repository, as everybody can ask.</summary>
    public string[] Tags(string repository)
    {
        using var http = new HttpClient();
        using var answer = http.Send(new HttpRequestMessage(HttpMethod.Get, $"http://{Host}/v2/{repository}/tags/list"), TestContext.Current.CancellationToken);
        return answer.IsSuccessStatusCode && JsonDocument.Parse(answer.Content.ReadAsStream()).RootElement.GetProperty("tags") is { ValueKind: JsonValueKind.Array } tags
            ? [.. tags.EnumerateArray().Select(t => t.GetString()!).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>What <c>docker login</c> would write.</summary>
    public void Login(string password = Password) => File.WriteAllText(
        Path.Combine(DockerConfig, "config.json"),
        JsonSerializer.Serialize(new
        {
            auths = new Dictionary<string, object>
            {
                [Host] = new { auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{password}")) },
            },
        }));

    /// <summary>A credential helper, which a process of <see cref="Run"/> finds, and the configuration that names it.</summary>
    /// <returns>The configuration.</returns>
    public string LoginByHelper()
    {
        var helper = Path.Combine(DockerConfig, "docker-credential-tests");
        File.WriteAllText(
            helper,
            $$"""
            #!/bin/sh
            [ "$1" = get ] && [ "$(cat)" = {{Host}} ] || exit 1
            echo '{"ServerURL": "{{Host}}", "Username": "{{User}}", "Secret": "{{Password}}"}'
            """);
        Cli.Run("chmod", "+x", helper);
        var config = Path.Combine(DockerConfig, "config.json");
        File.WriteAllText(config, $"{{\"credHelpers\": {{\"{Host}\": \"tests\"}}}}");
        return config;
    }

    /// <summary>Pushes an image that no other is like, with one small program in its only layer, and keeps none of it here.</summary>
    public void Push(params string[] references)
    {
        var tree = Directory.CreateDirectory(Path.Combine(_directory, "tree")).FullName;
        File.Copy(Path.Combine(ModuleRunspace.Root, "examples", "hello", "hello"), Path.Combine(tree, "hello"), overwrite: true);
        File.WriteAllBytes(Path.Combine(tree, "random"), RandomNumberGenerator.GetBytes(LayerBytes));
        Cli.Run("tar", "-cf", $"{tree}.tar", "-C", tree, ".");
        foreach (var reference in references)
        {
            var id = reference == references[0] ? Cli.Docker("import", $"{tree}.tar", reference) : Cli.Docker("tag", references[0], reference);
            Assert.DoesNotContain("rror", id, StringComparison.Ordinal);
            try
            {
                Assert.Contains("digest: sha256:", Cli.Docker("--config", DockerConfig, "push", reference), StringComparison.Ordinal);
            }
            catch
            {
                Cli.Docker("rmi", reference);
                throw;
            }
        }

        Cli.Docker(["rmi", .. references]);
    }

    /// <summary>Runs a script, which knows a root as <c>$root</c>, in a process whose Docker configuration is this registry's.</summary>
    public string Run(string root, string script)
    {
        var start = new ProcessStartInfo(
            Path.Combine(ModuleRunspace.Root, "out", "host", "pwsh-host"),
            ["-Command", $"Import-Module '{ModuleRunspace.Manifest}'; $root = '{root}'; {script}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            Environment = { ["DOCKER_CONFIG"] = DockerConfig, ["PATH"] = $"{DockerConfig}:{Environment.GetEnvironmentVariable("PATH")}" },
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output + error.GetAwaiter().GetResult()).Trim();
    }

    public void Dispose()
    {
        Interrupt();
        _tokens?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Process Serve()
    {
        var process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", ConfigFile]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        Wait.Until(() => process.HasExited || LoopbackPort.Answers(_port), "docker-registry");
        Assert.False(process.HasExited, "docker-registry ended");
        return process;
    }

    /// <summary>Gives tokens as Docker Hub and GHCR do; the registry verifies each by its signature.</summary>
    private sealed class TokenServer : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly RSA _key = RSA.Create(2048);
        private readonly X509Certificate2 _certificate;

        public TokenServer(int port)
        {
            _certificate = new CertificateRequest("CN=tests", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            Address = $"http://127.0.0.1:{port}/token";
            _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            _listener.Start();
            _ = Task.Run(ServeAsync);
        }

        public string Address { get; }

        public string Certificate => _certificate.ExportCertificatePem();

        public void Dispose()
        {
            _listener.Close();
            _certificate.Dispose();
            _key.Dispose();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                    await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        /// <summary>Without a login there is a token too, but it opens nothing; a wrong one is refused.</summary>
        private async Task AnswerAsync(HttpListenerContext context)
        {
            var given = context.Request.Headers["Authorization"];
            var expected = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"))}";
            if (given is not null && given != expected)
            {
                context.Response.StatusCode = 401;
            }
            else
            {
                var scope = given is null ? null : context.Request.QueryString["scope"]?.Split(':');
                var bytes = JsonSerializer.SerializeToUtf8Bytes(new { token = Token(scope) });
                context.Response.ContentType = "application/json";
                await context.Response.OutputStream.WriteAsync(bytes);
            }

            context.Response.Close();
        }

        private string Token(string[]? scope)
        {
            var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            object[] access = scope is [var type, .. var name, var actions]
                ? [new { type, name = string.Join(':', name), actions = actions.Split(',') }]
                : [];
            var head = Encode(new { typ = "JWT", alg = "RS256", x5c = new[] { Convert.ToBase64String(_certificate.RawData) } });
            var body = Encode(new { iss = "tests", sub = User, aud = "archive", exp = now + 300, nbf = now - 10, iat = now, jti = $"{Guid.NewGuid()}", access });
            var signature = _key.SignData(Encoding.ASCII.GetBytes($"{head}.{body}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return $"{head}.{body}.{Base64Url(signature)}";
        }

        private static string Encode(object value) => Base64Url(JsonSerializer.SerializeToUtf8Bytes(value));

        private static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
