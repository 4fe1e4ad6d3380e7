using System.Management.Automation;
using System.Net.Sockets;
using Docker.DotNet;
using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Commands;

/// <summary>
/// Base of all cmdlets. Work runs on the pool; everything it has to say crosses to the pipeline thread through one
/// queue. Ctrl+C, a downstream <c>Select-Object -First</c> and a failure all cancel the work and wait until it has
/// cleaned up.
/// </summary>
public abstract class ArchiveCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly Dictionary<DockerEndpoint, Task<DockerEngine>> _connections = [];
    private readonly AsyncLocal<(string? Name, bool IsSet)> _hostOfWork = new();
    private readonly List<IDisposable> _owned = [];
    private ArchiveCatalog? _catalog;

    /// <summary>Made early: the engine may stop a cmdlet that has not begun.</summary>
    protected ArchiveCmdlet() => _stopping = _stop.Token;

    /// <summary>Directories that hold environments. Default: those of <c>DOCKERARCHIVE_ROOT</c>, then the module's own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Root { get; set; }

    /// <summary>
    /// The Docker engine: a URL (<c>unix://</c>, <c>npipe://</c>, <c>tcp://</c>, <c>ssh://user@host</c>) or the name of a Docker
    /// context. Default: what <c>DOCKER_HOST</c>, <c>DOCKER_CONTEXT</c> or <c>docker context use</c> says.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(DockerHostCompleter))]
    public string? DockerHost { get; set; }

    /// <summary>Opened before anything else, on the pipeline thread, where a wrong -Root can end the cmdlet.</summary>
    private protected ArchiveCatalog Catalog => _catalog!;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            _catalog = ArchiveCatalog.Open(Root?.Select(ResolveRoot).ToArray());
        }
        catch (ArchiveException e)
        {
            ThrowTerminatingError(e.ToErrorRecord());
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Runs <paramref name="work"/> on the pool and writes what it gives out, until it ends.</summary>
    private protected void Run(Func<CmdletOutput, CancellationToken, Task> work)
    {
        using var running = Start(work);
        running.Finish();
    }

    /// <summary>Starts <paramref name="work"/> on the pool, for a cmdlet that meanwhile takes more from the pipeline.</summary>
    private protected PipelineWork Start(Func<CmdletOutput, CancellationToken, Task> work) =>
        new(this, work, e => Explain(e)?.ToErrorRecord(), _stopping);

    /// <summary>Work on several things at once while the cmdlet takes more from the pipeline; ends with the cmdlet.</summary>
    private protected ParallelWork StartParallel(int throttleLimit)
    {
        var work = new ParallelWork(Start, OfThisRecord, e => Explain(e), throttleLimit);
        _owned.Add(work);
        return work;
    }

    /// <summary>Work that is done when the pipeline may be at another record has the engine of the record it was given for.</summary>
    private Func<CmdletOutput, CancellationToken, Task> OfThisRecord(Func<CmdletOutput, CancellationToken, Task> work)
    {
        var host = DockerHost;
        return async (output, cancellation) =>
        {
            _hostOfWork.Value = (host, true);
            await work(output, cancellation);
        };
    }

    /// <summary>Connects on first use; one connection to each engine serves a cmdlet's whole life.</summary>
    private protected Task<DockerEngine> EngineAsync(CancellationToken cancellation)
    {
        var endpoint = Endpoint;
        lock (_connections)
        {
            return _connections.TryGetValue(endpoint, out var connection)
                ? connection
                : _connections[endpoint] = DockerEngine.ConnectAsync(endpoint, cancellation);
        }
    }

    private DockerEndpoint Endpoint => DockerEndpoint.Resolve(_hostOfWork.Value is { IsSet: true } work ? work.Name : DockerHost);

    /// <summary>The environments a user means; a name without wildcards that matches nothing is an error record.</summary>
    private protected IEnumerable<ArchiveEnv> ResolveEnvironments(IEnumerable<string> names) =>
        ResolveEnvironments(
            names,
            typed => WriteError(
                new EnvironmentNotFoundException(typed, Catalog.Directories().Select(d => d.Name), Catalog.Roots).ToErrorRecord()));

    /// <summary>The environments a user means.</summary>
    /// <param name="names">What was typed.</param>
    /// <param name="notFound">Receives a name without wildcards that matches nothing.</param>
    private protected IEnumerable<ArchiveEnv> ResolveEnvironments(IEnumerable<string> names, Action<string> notFound)
    {
        foreach (var matches in FindDirectories(names, notFound))
        {
            foreach (var (env, broken) in matches.AsParallel().AsOrdered().Select(ReadOrBroken))
            {
                if (env is not null)
                    yield return env;
                else
                    WriteError(broken!.ToErrorRecord());
            }
        }
    }

    /// <summary>For each of the names, the directories that a user means, none of which is read unless a name is an instance's.</summary>
    private protected IEnumerable<(string Name, string Directory)[]> FindDirectories(IEnumerable<string> names, Action<string> notFound)
    {
        var all = Catalog.Directories().DistinctBy(d => d.Name).OrderBy(d => d.Name, EnvironmentOrder.Instance).ToArray();
        foreach (var typed in names)
        {
            var name = EnvironmentName.Normalize(typed);
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var matches = all.Where(e => pattern.IsMatch(e.Name)).ToArray();
            if (matches.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(typed))
            {
                // An instance is named by its project, and stands for its environment.
                matches = [.. all.Where(e => ReadOrBroken(e).Env is { } read && read.Project == typed)];
                if (matches.Length == 0)
                    notFound(typed);
            }

            yield return matches;
        }
    }

    private protected static (ArchiveEnv? Env, BrokenEnvironmentException? Broken) ReadOrBroken((string Name, string Directory) found)
    {
        try
        {
            return (ArchiveCatalog.Read(found.Name, found.Directory), null);
        }
        catch (BrokenEnvironmentException e)
        {
            return (null, e);
        }
    }

    /// <summary>Writes a file or directory as Get-Item does, so that it binds by its path further down the pipeline.</summary>
    internal void WriteItem(string path)
    {
        foreach (var item in InvokeProvider.Item.Get([path], force: true, literalPath: true))
            WriteObject(item);
    }

    /// <summary>Resolves a path of the user's, which need not exist, to one of the file system.</summary>
    private protected string FileSystemPath(string path)
    {
        var resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem" ? resolved : throw ArchiveException.NotAFileSystemPath(path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the connection to Docker.</summary>
    /// <param name="disposing">Whether managed resources are to be released.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        foreach (var owned in _owned)
            owned.Dispose();
        foreach (var connection in _connections.Values)
        {
            if (connection.IsCompletedSuccessfully)
                connection.Result.Dispose();
        }

        _stop.Dispose();
    }

    /// <summary>The failures that are no bug of ours as something a user can act on; null for all others.</summary>
    private protected ArchiveException? Explain(Exception e) => e switch
    {
        ArchiveException known => known,
        DockerApiException refused => new ArchiveException(
            "DockerRequestFailed",
            ErrorCategory.InvalidOperation,
            Endpoint.ToString(),
            $"Docker refused: {refused.Message.Trim()}",
            refused),
        // Docker.DotNet's own transport calls an answer that breaks off a malformed one.
        HttpRequestException or SocketException or HttpIOException or SshEndedException or IOException { InnerException: SocketException }
            or IOException { Source: "Microsoft.Net.Http.Client" }
            when _connections.Count > 0 => new DockerUnavailableException(Endpoint, e),
        _ => null,
    };

    private string ResolveRoot(string root)
    {
        var path = FileSystemPath(root);
        return Directory.Exists(path)
            ? path
            : throw new ArchiveException(
                "RootNotFound", ErrorCategory.ObjectNotFound, root, $"Directory '{path}' (-Root) does not exist.");
    }
}
