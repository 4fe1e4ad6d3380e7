using System.Management.Automation;
using DockerArchive.Archive;
using DockerArchive.Catalog;

namespace DockerArchive.Commands;

/// <summary>Writes the directory of a new environment: files, names and a free port by the archive's rules.</summary>
[Cmdlet(VerbsCommon.New, "ArchiveEnv", SupportsShouldProcess = true)]
[OutputType(typeof(ArchiveEnv))]
public sealed class NewArchiveEnvCommand : ArchiveCmdlet
{
    /// <summary>Names of the new environments, such as <c>buildkit/v0.33.0</c> or <c>buildkit/v0.33.0-debug</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Environment")]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = [];

    /// <summary>The environment whose facts the new one takes over. Default: the newest before it of the same kind.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EnvironmentCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Like { get; set; }

    /// <summary>Version of runc, such as <c>1.3.4</c>. Default: that of the environment it is like.</summary>
    [Parameter]
    [ValidatePattern(@"^v?\d+\.\d+\.\d+(-rc\.?\d+)?\z")]
    public string? Runc { get; set; }

    /// <summary>Port on this machine for the guest's sshd. Default: the first that is free by the archive's rule.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? Port { get; set; }

    /// <summary>Write the files of an environment that exists anew; its README.md and files of its own stay.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Env)
        {
            try
            {
                Create(name);
            }
            catch (ArchiveException e)
            {
                WriteError(e.ToErrorRecord());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                WriteError(new ArchiveException(
                    "EnvironmentNotWritten", ErrorCategory.WriteError, name, $"'{name}' cannot be written: {e.Message}", e).ToErrorRecord());
            }
        }
    }

    private void Create(string typed)
    {
        var draft = new EnvironmentDraft(Catalog.Roots[0], typed);
        if (Directory.Exists(draft.Directory) && !Force)
        {
            throw new ArchiveException(
                "EnvironmentExists", ErrorCategory.ResourceExists, typed, $"'{draft.Name}' exists in {draft.Directory}. -Force writes its files anew.");
        }

        var (row, files) = draft.Complete(Like, Runc?.TrimStart('v'), Port);
        if (!ShouldProcess(draft.Directory, $"Create environment (port {row.Port})"))
            return;
        EnvironmentDirectory.Write(draft.Directory, files, () => draft.Table.Save(row));
        WriteObject(ArchiveCatalog.Read(draft.Name, draft.Directory));
    }
}
