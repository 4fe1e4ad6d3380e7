using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace DockerArchive.Host;

internal enum Outcome
{
    Completed,
    Failed,
    Stopped,
}

/// <summary>A runspace with the module in it, the pipelines that run there, and how the process will end.</summary>
internal sealed class Session : IDisposable
{
    /// <summary>128 + SIGINT, which tells make and shells that the user wants everything to stop.</summary>
    public const int InterruptedExitCode = 130;

    private readonly Lock _lock = new();
    private readonly Stack<Pipeline> _running = new();
    private readonly ConsoleOutput _output;
    private int? _exitCode;
    private bool _terminated;
    private int _nestedPrompts;
    private bool _leaveNestedPrompt;

    public Session(ConsoleOutput output, bool nonInteractive)
    {
        _output = output;
        Keys = new KeyReader();
        UserInterface = new ConsoleUserInterface(output, this, nonInteractive);
        Host = new ConsoleHost(output, this, UserInterface);
        var state = InitialSessionState.CreateDefault2();
        Runspace = RunspaceFactory.CreateRunspace(Host, state);
        Runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        Runspace.Open();
        Runspace.DefaultRunspace = Runspace;
    }

    public ConsoleHost Host { get; }

    public ConsoleUserInterface UserInterface { get; }

    public KeyReader Keys { get; }

    public Runspace Runspace { get; }

    public ForegroundApplication Foreground { get; } = new();

    /// <summary>The code that <c>exit</c> or a signal asked to end the process with.</summary>
    public int? ExitCode
    {
        get
        {
            lock (_lock)
                return _exitCode;
        }
    }

    /// <summary>The loop that reads commands; set by whoever owns standard input.</summary>
    public Action? NestedPrompt { get; set; }

    public bool ShouldLeavePrompt => ExitCode is not null || _leaveNestedPrompt;

    public bool IsRunning
    {
        get
        {
            lock (_lock)
                return _running.Count > 0;
        }
    }

    public Outcome ImportModule(string path)
    {
        var import = new Command("Import-Module");
        import.Parameters.Add("Name", path);
        import.Parameters.Add("Global");
        import.Parameters.Add("ErrorAction", ActionPreference.Stop);
        return RunAndShow(CreatePipeline(import));
    }

    public Outcome RunCommand(string text, IEnumerable<CommandParameter> arguments)
    {
        // Only a pipeline that goes into the history leaves its $? behind, and the exit code comes from there.
        var pipeline = Runspace.CreatePipeline(text, addToHistory: true);
        foreach (var argument in arguments)
            pipeline.Commands[0].Parameters.Add(argument);

        return RunAndShow(pipeline, Console.IsInputRedirected && UsesInput(Parser.ParseInput(text, out _, out _)));
    }

    public Outcome RunFile(string path, IEnumerable<CommandParameter> arguments, bool exitEndsSession)
    {
        // As in pwsh, a script with a #! line may have any name; the engine itself runs *.ps1 only.
        var isPowerShellFile = path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase);
        var command = isPowerShellFile
            ? new Command(path, isScript: false, useLocalScope: false)
            : new Command(File.ReadAllText(path), isScript: true, useLocalScope: false);
        foreach (var argument in arguments)
            command.Parameters.Add(argument);

        if (exitEndsSession)
            EngineInternals.LetNextScriptFileExit(Runspace);

        return RunAndShow(
            CreatePipeline(command), Console.IsInputRedirected && UsesInput(Parser.ParseFile(path, out _, out _)));
    }

    /// <summary>Runs a line that the user typed and remembers it for Get-History.</summary>
    public Outcome RunLine(string text)
    {
        var pipeline = _nestedPrompts > 0
            ? Runspace.CreateNestedPipeline(text, addToHistory: true)
            : Runspace.CreatePipeline(text, addToHistory: true);
        return RunAndShow(pipeline);
    }

    /// <summary>Runs without showing anything; empty when it failed or was stopped.</summary>
    public Collection<PSObject> Evaluate(string text)
    {
        using var pipeline = CreatePipeline(new Command(text, isScript: true, useLocalScope: false));
        try
        {
            return Run(pipeline, input: null);
        }
        catch (RuntimeException)
        {
            return [];
        }
    }

    public bool LastStatementSucceeded =>
        Evaluate("$global:?") is not [.., var result] || LanguagePrimitives.IsTrue(result);

    public void SetLocation(string path) =>
        Runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(path));

    public void ReportException(Exception exception)
    {
        var record = exception is IContainsErrorRecord container
            ? container.ErrorRecord
            : new ErrorRecord(exception, "HostException", ErrorCategory.NotSpecified, null);
        using var pipeline = _nestedPrompts > 0 ? Runspace.CreateNestedPipeline() : Runspace.CreatePipeline();
        pipeline.Commands.Add(OutDefault());
        try
        {
            Run(pipeline, new[] { EngineInternals.AsErrorStreamObject(record) });
        }
        catch (RuntimeException)
        {
            _output.WriteError(exception.Message + Environment.NewLine);
        }
    }

    public void RequestExit(int exitCode)
    {
        lock (_lock)
        {
            if (!_terminated)
                _exitCode = exitCode;
        }
    }

    /// <summary>Stops what the user looks at: the innermost pipeline. False when nothing runs.</summary>
    public bool Interrupt()
    {
        Pipeline? innermost;
        lock (_lock)
            _running.TryPeek(out innermost);

        if (innermost is null)
            return false;

        // The pipeline may be waiting for the user's answer.
        innermost.StopAsync();
        Keys.GiveUp();
        return true;
    }

    /// <summary>
    /// Stops everything as this signal asks for, so that cmdlets and finally blocks clean up, and ends the session.
    /// </summary>
    public void Terminate(int signal)
    {
        Pipeline[] running;
        lock (_lock)
        {
            _terminated = true;
            _exitCode = 128 + signal;
            running = [.. _running];
        }

        Keys.End();
        foreach (var pipeline in running)
            pipeline.StopAsync();

        Foreground.Signal(signal);
    }

    public void EnterNestedPrompt()
    {
        if (NestedPrompt is null)
            throw new PSNotSupportedException("There is no terminal to ask for commands in a nested prompt.");

        _output.ClearProgress();
        _nestedPrompts++;
        try
        {
            NestedPrompt();
        }
        finally
        {
            _nestedPrompts--;
            _leaveNestedPrompt = false;
        }
    }

    public void ExitNestedPrompt() => _leaveNestedPrompt = _nestedPrompts > 0;

    public void Dispose()
    {
        Runspace.Dispose();
        Keys.Dispose();
    }

    private Pipeline CreatePipeline(Command command)
    {
        var pipeline = _nestedPrompts > 0 ? Runspace.CreateNestedPipeline() : Runspace.CreatePipeline();
        pipeline.Commands.Add(command);
        return pipeline;
    }

    private Outcome RunAndShow(Pipeline pipeline, bool feedStandardInput = false)
    {
        using (pipeline)
        {
            pipeline.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
            pipeline.Commands.Add(OutDefault());
            try
            {
                Run(pipeline, feedStandardInput ? StandardInputLines() : null);
            }
            catch (IncompleteParseException)
            {
                // The exception has no position, and the engine's error view shows nothing for it.
                Parser.ParseInput(pipeline.Commands[0].CommandText, out _, out var errors);
                ReportException(new ParseException(errors));
                return Outcome.Failed;
            }
            catch (Exception exception) when (exception is RuntimeException or InvalidOperationException)
            {
                ReportException(exception);
                return Outcome.Failed;
            }

            return pipeline.PipelineStateInfo.State == PipelineState.Stopped ? Outcome.Stopped : Outcome.Completed;
        }
    }

    private Collection<PSObject> Run(Pipeline pipeline, IEnumerable? input)
    {
        lock (_lock)
        {
            if (_terminated)
                return [];
            _running.Push(pipeline);
        }

        try
        {
            return input is null ? pipeline.Invoke() : Feed(pipeline, input);
        }
        finally
        {
            lock (_lock)
                _running.Pop();
            _output.ClearProgress();
        }
    }

    /// <summary>Hands objects to a pipeline while it runs; Invoke(input) would wait for all of them first.</summary>
    private static Collection<PSObject> Feed(Pipeline pipeline, IEnumerable input)
    {
        using var finished = new ManualResetEventSlim();
        pipeline.StateChanged += (_, change) =>
        {
            var state = change.PipelineStateInfo.State;
            if (state is PipelineState.Completed or PipelineState.Failed or PipelineState.Stopped)
                finished.Set();
        };
        pipeline.InvokeAsync();
        try
        {
            foreach (var item in input)
                pipeline.Input.Write(item);
        }
        catch (PipelineClosedException)
        {
            // The pipeline ended without reading everything, as `head` would.
        }

        pipeline.Input.Close();
        finished.Wait();
        return pipeline.PipelineStateInfo is { State: PipelineState.Failed, Reason: { } reason }
            ? throw reason
            : pipeline.Output.NonBlockingRead();
    }

    private static IEnumerable<string> StandardInputLines()
    {
        while (Console.In.ReadLine() is { } line)
            yield return line;
    }

    private static bool UsesInput(Ast script) => script.Find(
        ast => ast is VariableExpressionAst { VariablePath.UserPath: var name }
            && name.Equals("input", StringComparison.OrdinalIgnoreCase),
        searchNestedScriptBlocks: false) is not null;

    private static Command OutDefault() => new("Out-Default", isScript: false, useLocalScope: true)
    {
        MergeUnclaimedPreviousCommandResults = PipelineResultTypes.Error | PipelineResultTypes.Output,
    };
}
