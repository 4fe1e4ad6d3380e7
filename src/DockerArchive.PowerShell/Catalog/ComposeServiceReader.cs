using DockerArchive.Docker;

namespace DockerArchive.Catalog;

/// <summary>Reads the services of a merged compose file. A key that is not understood is an error, never dropped in silence.</summary>
/// <param name="directory">Full path of the project's directory.</param>
/// <param name="lookup">Gives a variable's value, or null if it is not set.</param>
/// <param name="directoryOf">Gives the directory that relative paths of a file start from.</param>
internal sealed class ComposeServiceReader(string directory, Func<string, string?> lookup, Func<string, string> directoryOf)
{
    public ComposeService Read(ComposeEntry entry)
    {
        var service = new ComposeService { Name = entry.Key };
        foreach (var part in entry.Value.Entries($"service '{entry.Key}'"))
            service = With(service, part);
        return service;
    }

    private ComposeService With(ComposeService service, ComposeEntry part) => part.Key switch
    {
        "image" => service with { Image = part.Value.Text() },
        "build" => service with { Build = ComposeBuildReader.Read(part.Value, directory, lookup, Resolve) },
        "ports" => service with { Ports = ComposePortReader.Read(part.Value) },
        "devices" => service with { Devices = ComposeDeviceReader.Read(part.Value) },
        "tty" => service with { Tty = part.Value.Bool() },
        "stdin_open" => service with { StdinOpen = part.Value.Bool() },
        "environment" => service with { Environment = ReadEnvironment(part.Value) },
        "command" => service with { Command = ReadWords(part.Value) },
        "entrypoint" => service with { Entrypoint = ReadWords(part.Value) },
        "volumes" => service with { Mounts = ComposeMountReader.Read(part.Value, Resolve) },
        "networks" => service with { Networks = ReadNetworks(part.Value) },
        "healthcheck" => service with { Healthcheck = ReadHealthcheck(part.Value) },
        "depends_on" => service with { DependsOn = ReadDependencies(part.Value) },
        "hostname" => service with { Hostname = part.Value.Text() },
        "privileged" => service with { Privileged = part.Value.Bool() },
        "cap_add" => service with { CapAdd = part.Value.NamedTexts() },
        "security_opt" => service with { SecurityOpt = part.Value.DistinctTexts() },
        "restart" => service with { Restart = ReadRestart(part.Value) },
        _ when part.IsExtension() => service,
        _ => throw part.Unknown($"in service '{service.Name}'"),
    };

    private string Resolve(ComposeNode node, string path) => ComposePaths.Resolve(directoryOf(node.File), path);

    private Dictionary<string, string?> ReadEnvironment(ComposeNode node) =>
        node.Pairs()
            .ToDictionary(p => p.Key, p => p.Value ?? lookup(p.Key), StringComparer.Ordinal);

    private static IReadOnlyList<string>? ReadWords(ComposeNode node)
    {
        switch (node)
        {
            case ComposeScalar { IsNull: true }:
                return null;
            case ComposeSequence:
                return node.Texts();
            default:
                try
                {
                    return CommandLineWords.Split(node.Text());
                }
                catch (FormatException e)
                {
                    throw node.Broken(e.Message, e);
                }
        }
    }

    private static string ReadRestart(ComposeNode node)
    {
        var text = node.Text();
        return text.Split(':') is ["no" or "always" or "unless-stopped" or "on-failure" or "none" or "any" or ""]
            || text.Split(':') is ["on-failure", var times] && int.TryParse(times, out _)
            ? text
            : throw node.Broken($"'{text}' is no restart policy: no, always, unless-stopped and on-failure[:times] are");
    }

    /// <summary>By priority, then by name, as compose attaches them: the first is the one that the container's default route goes to.</summary>
    private static Dictionary<string, ComposeAttachment> ReadNetworks(ComposeNode node)
    {
        var attachments = node is ComposeSequence
            ? node.DistinctTexts().Select(n => KeyValuePair.Create(n, new ComposeAttachment()))
            : node.Entries("'networks' of a service").Select(e => KeyValuePair.Create(e.Key, ReadAttachment(e.Value)));
        var ordered = attachments
            .OrderByDescending(a => a.Value.Priority)
            .ThenBy(a => a.Key, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        return ordered.Count > 0 ? ordered : new() { ["default"] = new ComposeAttachment() };
    }

    private static ComposeAttachment ReadAttachment(ComposeNode node)
    {
        var attachment = new ComposeAttachment();
        if (node is ComposeScalar { IsNull: true })
            return attachment;
        foreach (var part in node.Entries("a service's network"))
        {
            attachment = part.Key switch
            {
                "aliases" => attachment with { Aliases = part.Value.NamedTexts() },
                "ipv4_address" => attachment with { Ipv4Address = part.Value.Text() },
                "ipv6_address" => attachment with { Ipv6Address = part.Value.Text() },
                "link_local_ips" => attachment with { LinkLocalAddresses = part.Value.NamedTexts() },
                "mac_address" => attachment with { MacAddress = part.Value.Text() },
                "priority" => attachment with { Priority = part.Value.Integer() },
                _ when part.IsExtension() => attachment,
                _ => throw part.Unknown("of a service's network"),
            };
        }

        return attachment with { IsConfigured = true };
    }

    private static ComposeHealthcheck ReadHealthcheck(ComposeNode node)
    {
        var check = new ComposeHealthcheck();
        foreach (var part in node.Entries("'healthcheck'"))
        {
            check = part.Key switch
            {
                "test" => check with { Test = ReadTest(part.Value) },
                "interval" => check with { Interval = part.Value.Duration() },
                "timeout" => check with { Timeout = part.Value.Duration() },
                "start_period" => check with { StartPeriod = part.Value.Duration() },
                "start_interval" => check with { StartInterval = part.Value.Duration() },
                "retries" => check with { Retries = part.Value.Integer() },
                "disable" => check with { Disabled = part.Value.Bool() },
                _ when part.IsExtension() => check,
                _ => throw part.Unknown("in 'healthcheck'"),
            };
        }

        return check;
    }

    private static IReadOnlyList<string> ReadTest(ComposeNode node)
    {
        if (node is not ComposeSequence)
            return ["CMD-SHELL", node.Text()];
        return node.Texts() is [] or ["CMD" or "CMD-SHELL" or "NONE", ..]
            ? node.Texts()
            : throw node.Broken("a test in the form of a list begins with CMD, CMD-SHELL or NONE");
    }

    private static IReadOnlyList<ServiceDependency> ReadDependencies(ComposeNode node)
    {
        var dependencies = node is ComposeSequence
            ? node.DistinctTexts().Select(name => new ServiceDependency(name, DependencyCondition.Started))
            : node.Entries("'depends_on'").Select(ReadDependency);
        return [.. dependencies.OrderBy(d => d.Service, StringComparer.Ordinal)];
    }

    private static ServiceDependency ReadDependency(ComposeEntry entry)
    {
        DependencyCondition? condition = null;
        var (restart, required) = (false, true);
        foreach (var part in entry.Value.Entries($"dependency '{entry.Key}'"))
        {
            switch (part.Key)
            {
                case "condition":
                    condition = part.Value.Text() switch
                    {
                        "service_started" => DependencyCondition.Started,
                        "service_healthy" => DependencyCondition.Healthy,
                        "service_completed_successfully" => DependencyCondition.CompletedSuccessfully,
                        var other => throw part.Value.Broken(
                            $"'{other}' is no condition: service_started, service_healthy and service_completed_successfully are"),
                    };
                    break;
                case "restart":
                    restart = part.Value.Bool();
                    break;
                case "required":
                    required = part.Value.Bool();
                    break;
                default:
                    throw part.Unknown($"of dependency '{entry.Key}'");
            }
        }

        return new ServiceDependency(
            entry.Key, condition ?? throw entry.Broken($"dependency '{entry.Key}' has no condition"), required, restart);
    }
}
