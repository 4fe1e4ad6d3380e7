using System.Management.Automation;
using System.Net;
using DockerArchive.Catalog;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Starts environments and waits until their guests are ready.</summary>
[Cmdlet(VerbsLifecycle.Start, "ArchiveEnv", SupportsShouldProcess = true, DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(ArchiveInstance))]
public sealed class StartArchiveEnvCommand : AuthenticationCmdlet
{
    /// <summary>Names of environments, or of instances where there are some; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = [];

    /// <summary>Port on the Docker host for the guest's sshd. Default: the compose file's, or a free one if that is taken.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? Port { get; set; }

    /// <summary>Address on the Docker host to publish the guest's ports on.</summary>
    [Parameter]
    [ValidateNotNull]
    public IPAddress ListenAddress { get; set; } = IPAddress.Loopback;

    /// <summary>Whether the guest must have KVM or must be emulated. Default: KVM if the Docker host has one that can run the guest.</summary>
    [Parameter]
    public Acceleration? Acceleration { get; set; }

    /// <summary>The rung of readiness to wait for.</summary>
    [Parameter]
    [ValidateSet("Created", "Booting", "SshReady", "ServiceReady")]
    public InstanceState Until { get; set; } = InstanceState.ServiceReady;

    /// <summary>Seconds after which a guest that is not ready is given up and removed.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int TimeoutSec { get; set; } = 180;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (!IPAddress.IsLoopback(ListenAddress))
        {
            WriteWarning(
                $"Guests log in as root with a known password; published on {ListenAddress} they are open to whoever reaches that address.");
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var env in ResolveEnvironments(Env).ToArray())
        {
            if (ShouldProcess(env.Name, "Start"))
                Run((output, cancellation) => StartAsync(env, output, cancellation));
        }
    }

    private async Task StartAsync(ArchiveEnv env, CmdletOutput output, CancellationToken cancellation)
    {
        var engine = await EngineAsync(cancellation);
        using var progress = new ProgressLine(output.Progress, $"Starting {env.Name}");
        var report = new StartReport(
            (rung, text) => progress.Show($"{rung}: {text}", PercentBefore(rung), always: rung > InstanceState.Created),
            output.Warning);
        var starter = new InstanceStarter(engine, new InstanceRegistry(engine, Catalog), report);
        var options = new StartOptions
        {
            Port = Port,
            ListenAddress = ListenAddress.ToString(),
            Acceleration = Acceleration,
            Until = Until,
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
        };
        output.Object(await starter.StartAsync(env, options, LoginFor, cancellation));
    }

    /// <summary>Rough share of the way that lies before a rung; booting is most of it.</summary>
    private static int PercentBefore(InstanceState rung) => rung switch
    {
        InstanceState.Created => 0,
        InstanceState.SshReady => 10,
        InstanceState.ServiceReady => 85,
        _ => 5,
    };
}
