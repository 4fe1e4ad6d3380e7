using System.Globalization;
using System.Text.Json.Nodes;
using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Tests.Catalog;

/// <summary>Our model in the form of <c>docker compose config --format json</c>.</summary>
internal static class ComposeConfigJson
{
    public static JsonObject Of(ComposeProject project) => Tidy(new JsonObject
    {
        ["name"] = project.Name,
        ["services"] = Map(project.Services, s => s.Name, Service),
        ["networks"] = Map(project.Networks, n => n.Key, n => Network(n.Value)),
        ["volumes"] = Map(project.Volumes, v => v.Key, v => Volume(v.Value)),
    });

    /// <summary>Sorts the keys and leaves out what says nothing to one engine: what is empty, keys for readers, and a port's mode.</summary>
    public static JsonObject Tidy(JsonObject json)
    {
        var tidy = new JsonObject();
        foreach (var (key, value) in json.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (key.StartsWith("x-", StringComparison.Ordinal) || (key == "mode" && value is JsonValue mode && mode.TryGetValue<string>(out _)))
                continue;
            if (key is "bind" or "volume" or "tmpfs" or "ipam" or "volumes" or "build" && value is JsonObject { Count: 0 })
                continue;
            tidy[key] = value switch
            {
                JsonObject inner => Tidy(inner),
                JsonArray list => new JsonArray([.. list.Select(i => i is JsonObject inner ? Tidy(inner) : i?.DeepClone())]),
                _ => value?.DeepClone(),
            };
        }

        return tidy;
    }

    private static JsonObject Service(ComposeService service)
    {
        var json = new JsonObject
        {
            ["command"] = Words(service.Command),
            ["entrypoint"] = Words(service.Entrypoint),
            ["networks"] = Map(service.Networks, n => n.Key, n => Attachment(n.Value)),
        };
        Add(json, "image", service.Image);
        if (service.Build is { } build)
            json["build"] = Build(build);
        if (service.Ports.Count > 0)
            json["ports"] = new JsonArray([.. service.Ports.Select(Port)]);
        if (service.Devices.Count > 0)
            json["devices"] = new JsonArray([.. service.Devices.Select(Device)]);
        Add(json, "tty", service.Tty);
        Add(json, "stdin_open", service.StdinOpen);
        if (service.Environment.Count > 0)
            json["environment"] = Map(service.Environment, e => e.Key, e => e.Value);
        if (service.Mounts.Count > 0)
            json["volumes"] = new JsonArray([.. service.Mounts.Select(Mount)]);
        if (service.Healthcheck is { } check)
            json["healthcheck"] = Healthcheck(check);
        if (service.DependsOn.Count > 0)
            json["depends_on"] = Map(service.DependsOn, d => d.Service, Dependency);
        Add(json, "hostname", service.Hostname);
        Add(json, "privileged", service.Privileged);
        Add(json, "cap_add", service.CapAdd);
        Add(json, "security_opt", service.SecurityOpt);
        Add(json, "restart", service.Restart);
        return json;
    }

    private static JsonObject Build(ComposeBuild build)
    {
        var json = new JsonObject { ["context"] = build.Context };
        Add(json, "dockerfile", build.Dockerfile);
        Add(json, "dockerfile_inline", build.InlineDockerfile);
        Add(json, "args", build.Arguments);
        Add(json, "target", build.Target);
        Add(json, "labels", build.Labels);
        Add(json, "network", build.Network);
        Add(json, "no_cache", build.NoCache);
        Add(json, "pull", build.Pull);
        Add(json, "tags", build.Tags);
        return json;
    }

    private static JsonObject Port(PortMapping port)
    {
        var json = new JsonObject { ["target"] = port.ContainerPort, ["protocol"] = port.Protocol };
        Add(json, "host_ip", port.Address);
        if (port.HostPort is { } first)
            json["published"] = port.LastHostPort is { } last ? $"{first}-{last}" : $"{first}";
        return json;
    }

    private static JsonObject Device(ComposeDevice device)
    {
        var json = new JsonObject { ["source"] = device.Source, ["target"] = device.Target };
        Add(json, "permissions", device.Permissions);
        return json;
    }

    private static JsonObject? Attachment(ComposeAttachment attachment)
    {
        if (!attachment.IsConfigured)
            return null;
        var json = new JsonObject();
        Add(json, "aliases", attachment.Aliases);
        Add(json, "ipv4_address", attachment.Ipv4Address);
        Add(json, "ipv6_address", attachment.Ipv6Address);
        Add(json, "link_local_ips", attachment.LinkLocalAddresses);
        Add(json, "mac_address", attachment.MacAddress);
        if (attachment.Priority != 0)
            json["priority"] = attachment.Priority;
        return json;
    }

    private static JsonObject Mount(ComposeMount mount)
    {
        var json = new JsonObject { ["type"] = mount.Kind.ToString().ToLowerInvariant(), ["target"] = mount.Target };
        Add(json, "source", mount.Source);
        Add(json, "read_only", mount.ReadOnly);
        var (bind, volume, tmpfs) = (new JsonObject(), new JsonObject(), new JsonObject());
        Add(bind, "propagation", mount.Propagation);
        Add(bind, "create_host_path", mount.CreateHostPath);
        Add(bind, "selinux", mount.SELinux);
        Add(volume, "nocopy", mount.NoCopy);
        Add(volume, "subpath", mount.Subpath);
        Add(tmpfs, "size", mount.TmpfsSize?.ToString(CultureInfo.InvariantCulture));
        if (mount.TmpfsMode is { } mode)
            tmpfs["mode"] = mode;
        (json["bind"], json["volume"], json["tmpfs"]) = (bind, volume, tmpfs);
        return json;
    }

    private static JsonObject Healthcheck(ComposeHealthcheck check)
    {
        var json = new JsonObject();
        if (check.Test is { Count: > 0 })
            json["test"] = Words(check.Test);
        Add(json, "interval", Duration(check.Interval));
        Add(json, "timeout", Duration(check.Timeout));
        Add(json, "start_period", Duration(check.StartPeriod));
        Add(json, "start_interval", Duration(check.StartInterval));
        if (check.Retries is { } retries)
            json["retries"] = retries;
        Add(json, "disable", check.Disabled);
        return json;
    }

    private static JsonObject Dependency(ServiceDependency dependency)
    {
        var json = new JsonObject
        {
            ["condition"] = dependency.Condition switch
            {
                DependencyCondition.Healthy => "service_healthy",
                DependencyCondition.CompletedSuccessfully => "service_completed_successfully",
                _ => "service_started",
            },
            ["required"] = dependency.Required,
        };
        Add(json, "restart", dependency.Restart);
        return json;
    }

    private static JsonObject Network(ComposeNetwork network)
    {
        var json = new JsonObject { ["name"] = network.Name };
        Add(json, "driver", network.Driver);
        Add(json, "driver_opts", network.DriverOptions);
        Add(json, "external", network.External);
        Add(json, "internal", network.Internal);
        Add(json, "attachable", network.Attachable);
        Add(json, "enable_ipv6", network.EnableIpv6);
        Add(json, "labels", network.Labels);
        var addressing = new JsonObject();
        Add(addressing, "driver", network.AddressDriver);
        if (network.Pools.Count > 0)
        {
            addressing["config"] = new JsonArray([.. network.Pools.Select(p =>
            {
                var pool = new JsonObject();
                Add(pool, "subnet", p.Subnet);
                Add(pool, "gateway", p.Gateway);
                Add(pool, "ip_range", p.Range);
                return pool;
            })]);
        }

        json["ipam"] = addressing;
        return json;
    }

    private static JsonObject Volume(ComposeVolume volume)
    {
        var json = new JsonObject { ["name"] = volume.Name };
        Add(json, "driver", volume.Driver);
        Add(json, "driver_opts", volume.DriverOptions);
        Add(json, "external", volume.External);
        Add(json, "labels", volume.Labels);
        return json;
    }

    /// <summary>Go's <c>Duration.String()</c>.</summary>
    private static string? Duration(TimeSpan? duration)
    {
        if (duration is not { } time)
            return null;
        if (time == TimeSpan.Zero)
            return "0s";
        var magnitude = time.Duration();
        var text = (double)magnitude.Ticks switch
        {
            < TimeSpan.TicksPerMillisecond => $"{Number(magnitude.TotalMicroseconds)}µs",
            < TimeSpan.TicksPerSecond => $"{Number(magnitude.TotalMilliseconds)}ms",
            < TimeSpan.TicksPerMinute => $"{Number(magnitude.TotalSeconds)}s",
            < TimeSpan.TicksPerHour => $"{magnitude.Minutes}m{Seconds()}s",
            _ => $"{(long)magnitude.TotalHours}h{magnitude.Minutes}m{Seconds()}s",
        };
        return time < TimeSpan.Zero ? $"-{text}" : text;

        string Seconds() => Number((decimal)(magnitude.Ticks % TimeSpan.TicksPerMinute) / TimeSpan.TicksPerSecond);
        static string Number(IFormattable value) => value.ToString("0.#######", CultureInfo.InvariantCulture);
    }

    private static JsonArray? Words(IReadOnlyList<string>? words) =>
        words is null ? null : new JsonArray([.. words.Select(w => JsonValue.Create(w))]);

    private static JsonObject Map<T>(IEnumerable<T> items, Func<T, string> key, Func<T, JsonNode?> value) =>
        new(items.Select(i => KeyValuePair.Create(key(i), value(i))));

    private static void Add(JsonObject json, string key, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json[key] = value;
    }

    private static void Add(JsonObject json, string key, bool value)
    {
        if (value)
            json[key] = true;
    }

    private static void Add(JsonObject json, string key, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
            json[key] = Words(values);
    }

    private static void Add(JsonObject json, string key, IReadOnlyDictionary<string, string> values)
    {
        if (values.Count > 0)
            json[key] = Map(values, v => v.Key, v => v.Value);
    }
}
