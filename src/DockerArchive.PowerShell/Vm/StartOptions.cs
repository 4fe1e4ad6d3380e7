namespace DockerArchive.Vm;

/// <summary>What a user may choose about a start.</summary>
internal sealed record StartOptions
{
    /// <summary>Port on the Docker host for the guest's sshd; null takes the compose file's, and a free one if that is taken.</summary>
    public int? Port { get; init; }

    /// <summary>Let Docker choose all ports, as the compose file's belong to another instance.</summary>
    public bool FreePorts { get; init; }

    /// <summary>Address on the Docker host to publish on.</summary>
    public string ListenAddress { get; init; } = "127.0.0.1";

    public AccelerationChoice Acceleration { get; init; }

    /// <summary>Names of overlays, such as <c>mirror</c>.</summary>
    public IReadOnlyList<string> Overlays { get; init; } = [];

    /// <summary>Virtual processors; null keeps the runner's.</summary>
    public int? Cpus { get; init; }

    /// <summary>Memory as QEMU takes it, such as <c>2048M</c>; null keeps the runner's.</summary>
    public string? Memory { get; init; }

    public PullPolicy Pull { get; init; }

    /// <summary>The rung to wait for.</summary>
    public InstanceState Until { get; init; } = InstanceState.ServiceReady;

    /// <summary>How long the guest may take, from when its image is there.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(180);
}
