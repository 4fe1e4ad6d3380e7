using DockerArchive.Docker;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DockerArchive.Catalog;

/// <summary>Reads compose files. A key that is not understood is an error, never dropped in silence.</summary>
internal sealed class ComposeReader
{
    private readonly string _file;
    private readonly Func<string, string?> _lookup;

    private ComposeReader(string file, Func<string, string?> lookup)
    {
        _file = file;
        _lookup = lookup;
    }

    /// <summary>Reads and merges <paramref name="files"/>, in this order.</summary>
    /// <param name="files">Full paths; the later ones override.</param>
    /// <param name="lookup">Gives a variable's value, or null if it is not set.</param>
    /// <exception cref="BrokenEnvironmentException">A file is missing, malformed or has an unknown key.</exception>
    public static IReadOnlyList<ComposeService> Read(IEnumerable<string> files, Func<string, string?> lookup)
    {
        var services = new List<ComposeService>();
        foreach (var file in files)
        {
            foreach (var service in new ComposeReader(file, lookup).ReadFile())
            {
                var index = services.FindIndex(s => s.Name == service.Name);
                if (index < 0)
                    services.Add(service);
                else
                    services[index] = services[index].MergedWith(service);
            }
        }

        return services;
    }

    private List<ComposeService> ReadFile()
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StreamReader(_file);
            stream.Load(reader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokenEnvironmentException(_file, null, e.Message, e);
        }
        catch (YamlException e)
        {
            throw new BrokenEnvironmentException(_file, e.Start.Line, e.Message, e);
        }

        var services = new List<ComposeService>();
        if (stream.Documents.Count == 0)
            return services;

        foreach (var (key, value) in Mapping(stream.Documents[0].RootNode, "the compose file"))
        {
            switch (Scalar(key))
            {
                case "version" or "name":
                    break;
                case "services":
                    services.AddRange(Mapping(value, "services").Select(s => ReadService(Scalar(s.Key), s.Value)));
                    break;
                default:
                    throw Unknown(key, "at the top level");
            }
        }

        return services;
    }

    private ComposeService ReadService(string name, YamlNode node)
    {
        var service = new ComposeService { Name = name };
        foreach (var (key, value) in Mapping(node, $"service '{name}'"))
        {
            service = Scalar(key) switch
            {
                "image" => service with { Image = Expand(value) },
                "ports" => service with { Ports = [.. Sequence(value).Select(ReadPort)] },
                "devices" => service with { Devices = [.. Sequence(value).Select(Expand)] },
                "tty" => service with { Tty = Bool(value) },
                "stdin_open" => service with { StdinOpen = Bool(value) },
                "environment" => service with { Environment = ReadEnvironment(value) },
                "command" => service with { Command = ReadWords(value) },
                "entrypoint" => service with { Entrypoint = ReadWords(value) },
                "hostname" => service with { Hostname = Expand(value) },
                "privileged" => service with { Privileged = Bool(value) },
                "cap_add" => service with { CapAdd = [.. Sequence(value).Select(Expand)] },
                "security_opt" => service with { SecurityOpt = [.. Sequence(value).Select(Expand)] },
                "restart" => service with { Restart = Expand(value) },
                _ => throw Unknown(key, $"in service '{name}'"),
            };
        }

        return service;
    }

    private PortMapping ReadPort(YamlNode node)
    {
        try
        {
            return PortMapping.Parse(Expand(node));
        }
        catch (FormatException e)
        {
            throw Broken(node, e.Message);
        }
    }

    private Dictionary<string, string?> ReadEnvironment(YamlNode node)
    {
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (node is YamlMappingNode mapping)
        {
            foreach (var (key, value) in mapping.Children)
                variables[Scalar(key)] = IsNull(value) ? _lookup(Scalar(key)) : Expand(value);
            return variables;
        }

        foreach (var text in Sequence(node).Select(Expand))
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                variables[text] = _lookup(text);
            else
                variables[text[..equals]] = text[(equals + 1)..];
        }

        return variables;
    }

    private string[] ReadWords(YamlNode node)
    {
        if (node is YamlSequenceNode)
            return [.. Sequence(node).Select(Expand)];

        try
        {
            return CommandLineWords.Split(Expand(node));
        }
        catch (FormatException e)
        {
            throw Broken(node, e.Message);
        }
    }

    private bool Bool(YamlNode node) => Expand(node) switch
    {
        "true" or "True" or "yes" or "on" => true,
        "false" or "False" or "no" or "off" => false,
        var other => throw Broken(node, $"'{other}' is neither true nor false"),
    };

    private string Expand(YamlNode node)
    {
        try
        {
            return Interpolation.Expand(Scalar(node), _lookup);
        }
        catch (FormatException e)
        {
            throw Broken(node, e.Message);
        }
    }

    private IDictionary<YamlNode, YamlNode> Mapping(YamlNode node, string what) =>
        node is YamlMappingNode mapping ? mapping.Children : throw Broken(node, $"{what} must be a mapping");

    private IEnumerable<YamlNode> Sequence(YamlNode node) =>
        node is YamlSequenceNode sequence ? sequence.Children : throw Broken(node, "a list is expected here");

    private string Scalar(YamlNode node) =>
        node is YamlScalarNode { Value: { } text } ? text : throw Broken(node, "a single value is expected here");

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "null" or "~" };

    private BrokenEnvironmentException Unknown(YamlNode key, string where) =>
        Broken(key, $"key '{Scalar(key)}' {where} is not supported");

    private BrokenEnvironmentException Broken(YamlNode node, string reason) => new(_file, node.Start.Line, reason);
}
