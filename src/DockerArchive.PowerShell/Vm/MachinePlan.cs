using System.Globalization;
using Docker.DotNet.Models;
using DockerArchive.Catalog;
using DockerArchive.Docker;
using DockerArchive.Ssh;

namespace DockerArchive.Vm;

/// <summary>What a start changes about what the compose files say, and what is done to a container before it runs.</summary>
internal sealed record MachinePlan
{
    private const int SshPort = 22;

    public required StartOptions Options { get; init; }

    /// <summary>Image in place of the service's, by the service's name.</summary>
    public IReadOnlyDictionary<string, string> Images { get; init; } = new Dictionary<string, string>();

    /// <summary>Name of the checkpoint that the machines begin from; null where they boot.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>What is done to a machine of a service as soon as its container, which this start made, runs.</summary>
    public Func<string, string, CancellationToken, Task> Begin { get; init; } = static (_, _, _) => Task.CompletedTask;

    /// <summary>What is done in the guest of a container as soon as it can be entered.</summary>
    public Func<string, GuestConnection, CancellationToken, Task> Entered { get; init; } = static (_, _, _) => Task.CompletedTask;

    /// <summary>Whether a service is a machine: one that publishes an sshd.</summary>
    public static bool IsMachine(ComposeService service) => service.Ports.Any(p => p.ContainerPort == SshPort);

    /// <summary>The project with what the user chose.</summary>
    public ComposeProject Apply(ComposeProject project) =>
        project with { Services = [.. project.Services.Select(s => Apply(project, s))] };

    /// <summary>The service with the arguments that its machine's QEMU is to have beside those of the file.</summary>
    /// <param name="service">The service.</param>
    /// <param name="image">Its image, which knows the command where the file names none.</param>
    public ComposeService WithArguments(ComposeService service, ImageInspectResponse image)
    {
        var command = service.Command ?? (service.Entrypoint is null ? image.Config?.Cmd?.ToArray() : null) ?? [];
        string[] arguments =
        [
            .. Options.Cpus is { } cpus ? ["-smp", cpus.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            .. Options.Memory is { } memory ? ["-m", memory] : Array.Empty<string>(),
            .. QmpPipes.AreTakenBy(command) ? QmpPipes.Arguments : [],
        ];
        if (arguments.Length == 0 || !IsMachine(service))
            return service;
        return service with { Command = [.. command, .. arguments] };
    }

    private ComposeService Apply(ComposeProject project, ComposeService service) => service with
    {
        Image = Images.GetValueOrDefault(service.Name, project.ImageOf(service)),
        Ports = [.. service.Ports.Select(Place)],
    };

    /// <summary>The guest's sshd goes where the user wants it; other ports where the file says, on the same address.</summary>
    private PortMapping Place(PortMapping port) => port with
    {
        Address = Options.ListenAddress,
        HostPort = (port.ContainerPort == SshPort ? Options.Port : null) ?? (Options.FreePorts ? null : port.HostPort),
        LastHostPort = Options.FreePorts || (port.ContainerPort == SshPort && Options.Port is not null) ? null : port.LastHostPort,
    };
}
