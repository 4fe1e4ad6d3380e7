using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;
using DockerArchive.Docker;
using DockerArchive.Vm;

namespace DockerArchive.Ssh;

/// <summary>One Host block of ssh_config. What an environment's files say is no directive of its own, whatever is in it.</summary>
internal sealed partial record SshConfigHost(string Alias, GuestEndpoint Endpoint)
{
    /// <summary>
    /// What ssh calls each instance: <c>dqd-IMAGE</c>, as the archives do; where several have the same image, that is
    /// the first by its name, and the others have the name of their container too.
    /// </summary>
    /// <param name="instances">All that run, so that an alias is the same whichever of them are exported.</param>
    /// <param name="imageOf">IMAGE of an instance's .env.</param>
    public static IReadOnlyDictionary<string, string> Aliases(
        IEnumerable<ArchiveInstance> instances, Func<ArchiveInstance, string> imageOf) =>
        instances
            .GroupBy(i => Word($"dqd-{imageOf(i)}"), StringComparer.OrdinalIgnoreCase)
            .SelectMany(same => same
                .OrderBy(i => i.Name, StringComparer.Ordinal).ThenBy(i => i.ContainerName, StringComparer.Ordinal)
                .Select((i, n) => (i.ContainerId, Alias: n == 0 ? same.Key : $"{same.Key}-{Word(i.ContainerName)}")))
            .ToDictionary(i => i.ContainerId, i => i.Alias);

    public override string ToString()
    {
        var block = new StringBuilder();
        Add("Host", Alias);
        Add("    HostName", Endpoint.Host);
        Add("    Port", Endpoint.Port.ToString(CultureInfo.InvariantCulture));
        if (Endpoint.Through is { } docker)
            Add("    ProxyCommand", ProxyCommand(docker));
        Add("    User", Quote(Endpoint.Login.User));
        Add("    HostKeyAlias", HostKeyPins.AliasOf(Endpoint.ContainerId));
        Add("    UserKnownHostsFile", QuotePath(HostKeyPins.FileOf(Endpoint.ContainerId)));
        Add("    StrictHostKeyChecking", "yes");
        if (HostKeyPins.Keys(Endpoint.ContainerId).ContainsKey("ssh-rsa"))
        {
            // Guests of before 2018 sign with SHA-1 alone, which ssh refuses by default since 8.8.
            Add("    HostKeyAlgorithms", "+ssh-rsa");
        }

        if (Endpoint.Login.IdentityFile is { } identity)
        {
            Add("    IdentityFile", QuotePath(identity));
            Add("    IdentitiesOnly", "yes");
        }

        return block.ToString();

        void Add(string keyword, string value) => block.Append(keyword).Append(' ').Append(value).Append('\n');
    }

    /// <summary>
    /// A command for the user's shell, whose standard input and output lead to the guest. To ssh, % begins a token.
    /// </summary>
    private string ProxyCommand(DockerEndpoint docker) => string
        .Join(' ', [
            "docker",
            .. docker.CliArguments.Select(ShellWord.Quote),
            "exec", "-i", Endpoint.ContainerId, "sh", "-c",
            ShellWord.Quote(ContainerPort.Script(Endpoint.Port)),
        ])
        .Replace("%", "%%", StringComparison.Ordinal);

    /// <summary>One argument of a directive.</summary>
    /// <exception cref="ArchiveException">ssh_config has no way to write it.</exception>
    public static string Quote(string text) =>
        text.AsSpan().ContainsAny("\"\\\r\n\0") || text.Contains("${", StringComparison.Ordinal)
            ? throw new ArchiveException(
                "SshConfigValueInvalid",
                ErrorCategory.InvalidArgument,
                text,
                $"'{TerminalText.Neutralize(text)}' cannot be written into ssh's configuration, which has no form for quotation marks, backslashes, line breaks and ${{.")
            : text.AsSpan().ContainsAny(" \t'#=") ? $"\"{text}\"" : text;

    private static string QuotePath(string path) => Quote(ForwardSlashes(path).Replace("%", "%%", StringComparison.Ordinal));

    /// <summary>ssh of Windows takes them, and no backslash in quotation marks.</summary>
    public static string ForwardSlashes(string path) => OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;

    private static string Word(string text) => NotOfAWord().Replace(text, "-");

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex NotOfAWord();
}
