namespace DockerArchive.Vm;

/// <summary>What a user may choose about a start.</summary>
internal sealed record StartOptions
{
    /// <summary>Port on the Docker host for the guest's sshd; null takes the compose file's, and a free one if that is taken.</summary>
    public int? Port { get; init; }

    /// <summary>Address on the Docker host to publish on.</summary>
    public string ListenAddress { get; init; } = "127.0.0.1";

    /// <summary>Null takes KVM when the Docker host has it.</summary>
    public Acceleration? Acceleration { get; init; }

    /// <summary>The rung to wait for.</summary>
    public InstanceState Until { get; init; } = InstanceState.ServiceReady;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(180);
}
