using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using System.Text;
using System.Threading.Channels;
using DockerArchive.Ssh;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Runs a command or a script of this machine in running environments.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ArchiveCommand", DefaultParameterSetName = ByEnvironment)]
[OutputType(typeof(string))]
[OutputType(typeof(RemoteCommandResult))]
public sealed class InvokeArchiveCommandCommand : LoginCmdlet
{
    private const string FileByEnvironment = "EnvironmentFile";
    private const string FileBySession = "SSHSessionFile";

    /// <summary>Input that waits for a command which does not read; more makes the pipeline wait.</summary>
    private const int InputQueue = 64;

    private readonly List<string> _names = [];
    private readonly List<Channel<byte[]>> _inputs = [];
    private RemoteCommand? _command;
    private PipelineWork? _running;

    /// <summary>Names of environments that run, or of instances; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByEnvironment)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = FileByEnvironment)]
    [Alias("Name", "Environment")]
    [ArgumentCompleter(typeof(InstanceCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Env { get; set; } = [];

    /// <summary>Text for the login shell of the guest's user.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ByEnvironment)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = BySession)]
    [ValidateNotNullOrEmpty]
    public string Command { get; set; } = "";

    /// <summary>Script of this machine, run by the interpreter its first line names, otherwise by <c>sh</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FileByEnvironment)]
    [Parameter(Mandatory = true, ParameterSetName = FileBySession)]
    [ValidateNotNullOrEmpty]
    public string FilePath { get; set; } = "";

    /// <summary>Arguments of the script; each arrives as it is.</summary>
    [Parameter(ParameterSetName = FileByEnvironment)]
    [Parameter(ParameterSetName = FileBySession)]
    [Alias("Args")]
    [AllowEmptyString]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>Standard input: bytes as they are, everything else as lines of text.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Environment variables of the command.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary EnvironmentVariable { get; set; } = new Hashtable();

    /// <summary>Directory of the guest in which the command runs. Default: the home directory.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? WorkingDirectory { get; set; }

    /// <summary>Seconds until a command that still runs is ended. Default: never.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue / 1000)]
    public int TimeoutSec { get; set; }

    /// <summary>In how many environments the command runs at once.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>Give out standard error like standard output, in order of arrival, instead of as error records.</summary>
    [Parameter]
    public SwitchParameter MergeError { get; set; }

    /// <summary>Give out one object per environment, with exit code and both outputs, instead of lines.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ByEnvironment)]
    [Parameter(ParameterSetName = FileByEnvironment)]
    [ValidateNotNull]
    public override PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ByEnvironment)]
    [Parameter(ParameterSetName = FileByEnvironment)]
    [ValidateNotNullOrEmpty]
    public override string? IdentityFile { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ByEnvironment)]
    [Parameter(ParameterSetName = FileByEnvironment)]
    public override SwitchParameter AllowDefaultPassword { get; set; }

    /// <inheritdoc/>
    [Parameter(Mandatory = true, ParameterSetName = BySession)]
    [Parameter(Mandatory = true, ParameterSetName = FileBySession)]
    [ValidateNotNullOrEmpty]
    public override object[] SSHSession { get; set; } = [];

    private string Title => Command.Length > 0 ? Command : Path.GetFileName(FilePath);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        try
        {
            _command = ReadCommand();
        }
        catch (ArchiveException e)
        {
            ThrowTerminatingError(e.ToErrorRecord());
        }

        // Otherwise the environments come through the pipeline, and there is no input.
        if (Env.Length == 0 && SSHSession.Length == 0)
            return;
        StartOn(FindGuests(Env), isPiped: MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_running is null)
            _names.AddRange(InputObject?.BaseObject is ArchiveInstance instance ? [instance.Name] : Env);
        else if (InputObject is not null)
            FeedAll(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_running is null)
            StartOn(FindGuests(_names), isPiped: false);
        foreach (var input in _inputs)
            input.Writer.TryComplete();
        _running!.Finish();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _running?.Dispose();
        base.Dispose(disposing);
    }

    private RemoteCommand ReadCommand()
    {
        var script = Command.Length > 0 ? Command : ScriptFile.ToCommand(FileSystemPath(FilePath), ArgumentList);
        if (script.Contains('\0', StringComparison.Ordinal))
            throw Invalid("CommandInvalid", script, "A NUL character cannot be passed to a remote command.");
        var variables = new Dictionary<string, string>();
        foreach (DictionaryEntry entry in EnvironmentVariable)
        {
            var (name, value) = ($"{entry.Key}", LanguagePrimitives.ConvertTo<string>(entry.Value) ?? "");
            if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') || value.Contains('\0', StringComparison.Ordinal))
                throw Invalid("VariableInvalid", name, $"'{name}' (-EnvironmentVariable) cannot be an environment variable: names have letters, digits and '_', values no NUL.");
            variables[name] = value;
        }

        return new RemoteCommand(script)
        {
            InLoginShell = Command.Length > 0,
            Environment = variables,
            WorkingDirectory = WorkingDirectory,
            MergeError = MergeError,
            TimeLimit = TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : null,
        };
    }

    private static ArchiveException Invalid(string id, string target, string message) =>
        new(id, ErrorCategory.InvalidArgument, target, message);

    private void StartOn(IReadOnlyList<Guest> guests, bool isPiped)
    {
        var targets = guests.Select(guest => (guest, Input: isPiped ? NewInput() : null)).ToArray();
        _running = Start((output, cancellation) => Parallel.ForEachAsync(
            targets,
            new ParallelOptions
            {
                // Input goes to all at the same time, so none may wait for another's end.
                MaxDegreeOfParallelism = isPiped ? Math.Max(1, targets.Length) : ThrottleLimit,
                CancellationToken = cancellation,
            },
            async (target, token) => await RunInAsync(target.guest, target.Input, output, token)));
    }

    private Channel<byte[]> NewInput()
    {
        var input = Channel.CreateBounded<byte[]>(InputQueue);
        _inputs.Add(input);
        return input;
    }

    /// <summary>An array comes whole when it is given by name.</summary>
    private void FeedAll(PSObject input)
    {
        if (input.BaseObject is byte[] || LanguagePrimitives.GetEnumerable(input) is not { } items)
        {
            Feed(ToInput(input));
            return;
        }

        foreach (var item in items)
            Feed(ToInput(PSObject.AsPSObject(item)));
    }

    /// <summary>Gives input to every command that still takes some, while what they print is given out.</summary>
    private void Feed(byte[] bytes)
    {
        foreach (var input in _inputs)
        {
            if (!input.Writer.TryWrite(bytes))
                _running!.WriteUntil(WriteAsync(input.Writer, bytes));
        }

        _running!.WriteUntil(Task.CompletedTask);

        static async Task WriteAsync(ChannelWriter<byte[]> input, byte[] bytes)
        {
            while (await input.WaitToWriteAsync() && !input.TryWrite(bytes))
            {
                // Another took the place.
            }
        }
    }

    private static byte[] ToInput(PSObject input) => input.BaseObject switch
    {
        byte[] bytes => bytes,
        byte one => [one],
        _ => Encoding.UTF8.GetBytes(LanguagePrimitives.ConvertTo<string>(input) + "\n"),
    };

    private async Task RunInAsync(Guest guest, Channel<byte[]>? input, CmdletOutput output, CancellationToken cancellation)
    {
        try
        {
            var connection = await guest.ConnectAsync(cancellation);
            var command = _command! with { Stdin = input is null ? null : (stream, token) => CopyAsync(input.Reader, stream, token) };
            var exit = PassThru
                ? await RunWholeAsync(connection, command, guest, output, cancellation)
                : await RunByLineAsync(connection, command, guest, output, cancellation);
            if (exit.Code != 0)
                output.Error(new RemoteCommandFailedException(guest, Title, exit));
        }
        catch (TimeoutException e)
        {
            output.Error(new ArchiveException(
                "RemoteCommandTimedOut",
                ErrorCategory.OperationTimeout,
                guest.Title,
                $"'{Title}' in '{guest.Title}' did not end within {TimeoutSec} s (-TimeoutSec) and was ended.",
                e));
        }
        catch (Exception e) when (Explain(e) is { } known)
        {
            output.Error(known);
        }
        finally
        {
            // Nobody may wait for room in the input of a command that has ended.
            input?.Writer.TryComplete();
        }
    }

    private static async Task<RemoteExit> RunByLineAsync(
        GuestConnection connection, RemoteCommand command, Guest guest, CmdletOutput output, CancellationToken cancellation)
    {
        var stdout = new LineDecoder(line => output.ObjectAsync(Tagged(line, guest)));
        var stderr = new LineDecoder(line => output.ErrorAsync(ToError(line, guest)));
        var exit = await connection.RunAsync(command with { Stdout = stdout.WriteAsync, Stderr = stderr.WriteAsync }, cancellation);
        await stdout.CompleteAsync();
        await stderr.CompleteAsync();
        return exit;
    }

    private async Task<RemoteExit> RunWholeAsync(
        GuestConnection connection, RemoteCommand command, Guest guest, CmdletOutput output, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var result = await connection.CollectAsync(command, cancellation);
        output.Object(new RemoteCommandResult
        {
            Environment = guest.Environment,
            Instance = guest.Name,
            Command = Title,
            ExitCode = result.Exit.Signal is null ? result.Exit.Code : null,
            Signal = result.Exit.Signal,
            Duration = clock.Elapsed,
            Stdout = result.StdoutText,
            Stderr = result.StderrText,
        });
        return result.Exit;
    }

    private static async Task CopyAsync(ChannelReader<byte[]> input, Stream stream, CancellationToken cancellation)
    {
        await foreach (var bytes in input.ReadAllAsync(cancellation))
            await stream.WriteAsync(bytes, cancellation);
    }

    /// <summary>A string that knows where it comes from, and whose view is safe to show.</summary>
    private static PSObject Tagged(string line, Guest guest)
    {
        var tagged = new PSObject(line);
        tagged.TypeNames.Insert(0, "DockerArchive.Ssh.RemoteLine");
        tagged.Properties.Add(new PSNoteProperty("PSEnvironment", guest.Title));
        return tagged;
    }

    private static ErrorRecord ToError(string line, Guest guest) =>
        new(new RemoteErrorLineException(line, guest.Title), "RemoteCommandError", ErrorCategory.FromStdErr, guest.Title);
}
