using System.Management.Automation;
using System.Text;
using DockerArchive.Ssh;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Writes the running environments as hosts for ssh, scp and what builds on them.</summary>
[Cmdlet(VerbsData.Export, "ArchiveSshConfig", SupportsShouldProcess = true, DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(FileInfo))]
public sealed class ExportArchiveSshConfigCommand : AuthenticationCmdlet
{
    private readonly List<string> _names = [];

    /// <summary>Names of environments that run, or of instances; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByEnvironment)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(InstanceCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = ["*"];

    /// <summary>The file, which is written anew. Default: <c>ssh_config</c> in the module's state folder.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Include the file in the user's own <c>~/.ssh/config</c>, once.</summary>
    [Parameter(ParameterSetName = ByEnvironment)]
    public SwitchParameter Install { get; set; }

    /// <summary>Take the file out of <c>~/.ssh/config</c> again, and delete it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Uninstall")]
    public SwitchParameter Uninstall { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _names.AddRange(Env);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            var path = Path is null ? System.IO.Path.Combine(StateFolder.Root, "ssh_config") : FileSystemPath(Path);
            if (Uninstall)
                Remove(path);
            else
                Write(path);
        }
        catch (ArchiveException e)
        {
            WriteError(e.ToErrorRecord());
        }
    }

    private void Remove(string path)
    {
        if (ShouldProcess(UserSshConfig.File, $"Remove Include {path}"))
            UserSshConfig.Exclude(path);
        if (File.Exists(path) && ShouldProcess(path, "Delete"))
            OfFile(path, () => File.Delete(path));
    }

    private void Write(string path)
    {
        if (ShouldProcess(path, "Write hosts for ssh"))
        {
            string? text = null;
            Run(async (output, cancellation) => text = await BlocksAsync(output, cancellation));
            if (text is null)
                return;
            OfFile(path, () =>
            {
                StateFolder.Create(System.IO.Path.GetDirectoryName(path)!);
                StateFolder.Write(path, Encoding.UTF8.GetBytes(text), replace: true);
            });
            WriteItem(path);
        }

        if (Install && ShouldProcess(UserSshConfig.File, $"Include {path}"))
            UserSshConfig.Include(path);
    }

    private async Task<string> BlocksAsync(CmdletOutput output, CancellationToken cancellation)
    {
        var selected = await FindRunningAsync(_names, output, cancellation);
        var running = (await new InstanceRegistry(await EngineAsync(cancellation), Catalog).ListAsync(cancellation))
            .Where(i => i.State is InstanceState.Running);
        var aliases = SshConfigHost.Aliases(running, i => SettingOf(i, "IMAGE") ?? i.Name);
        var text = new StringBuilder("# Written by Export-ArchiveSshConfig of DockerArchive, and replaced when that is called again.\n");
        foreach (var instance in selected.Where(i => !IsLeftOut(i)).OrderBy(i => aliases.GetValueOrDefault(i.ContainerId), StringComparer.Ordinal))
        {
            try
            {
                if (aliases.TryGetValue(instance.ContainerId, out var alias))
                    text.Append('\n').Append(await HostAsync(alias, EndpointOf(instance), cancellation));
            }
            catch (ArchiveException e)
            {
                output.Error(e);
            }
        }

        return text.ToString();
    }

    /// <summary>A host whose key is pinned: ssh is to trust no other, also when it is the first to connect.</summary>
    private static async Task<SshConfigHost> HostAsync(string alias, GuestEndpoint endpoint, CancellationToken cancellation)
    {
        if (HostKeyPins.Keys(endpoint.ContainerId).Count == 0)
            await GuestConnections.GetAsync(endpoint, cancellation);
        return new SshConfigHost(alias, endpoint);
    }

    private bool IsLeftOut(ArchiveInstance instance) => SettingOf(instance, "SKIP_SSH_CONFIG") is not (null or "0" or "false");

    private string? SettingOf(ArchiveInstance instance, string key) =>
        SettingsOf(instance).TryGetValue(key, out var value) && value.Length > 0 ? value : null;

    private static void OfFile(string path, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException("SshConfigNotWritten", ErrorCategory.WriteError, path, $"{path} cannot be written: {e.Message}", e);
        }
    }
}
