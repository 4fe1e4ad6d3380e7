using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace DockerArchive.EngineTests.Cmdlets;

/// <summary>The real engine with the built module of this checkout imported.</summary>
internal sealed class ModuleRunspace : IDisposable
{
    private readonly Runspace _runspace;

    public ModuleRunspace()
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.Open();
        Assert.Empty(Run($"Import-Module '{Manifest}'").Errors);
    }

    /// <summary>Root of the checkout the tests were built in.</summary>
    public static string Root { get; } = FindRoot();

    public static string Manifest { get; } = Path.Combine(Root, "DockerArchive.psd1");

    /// <summary>A pipeline in this runspace, to be stopped by the test or run by <see cref="Run"/>.</summary>
    public PowerShell Create(string script)
    {
        var powershell = PowerShell.Create(_runspace);
        powershell.AddScript(script);
        return powershell;
    }

    /// <summary>Runs a script to its end. A terminating error is among the errors.</summary>
    public RunResult Run(string script, params (string Name, object? Value)[] variables)
    {
        foreach (var (name, value) in variables)
            _runspace.SessionStateProxy.SetVariable(name, value);
        using var powershell = Create(script);
        var output = new PSDataCollection<PSObject>();
        var errors = new List<ErrorRecord>();
        try
        {
            powershell.Invoke(null, output);
        }
        catch (RuntimeException e)
        {
            errors.Add(e.ErrorRecord);
        }

        errors.InsertRange(0, powershell.Streams.Error);
        return new RunResult([.. output], errors, [.. powershell.Streams.Warning.Select(w => w.Message)], [.. powershell.Streams.Progress]);
    }

    public void Dispose() => _runspace.Dispose();

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "DockerArchive.psd1")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The tests do not lie in a checkout.");
    }
}

/// <summary>What a script gave out.</summary>
internal sealed record RunResult(
    IReadOnlyList<PSObject> Output,
    IReadOnlyList<ErrorRecord> Errors,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<ProgressRecord> Progress)
{
    /// <summary>The only error, as the part of its id that the module gives.</summary>
    public string ErrorId => Assert.Single(Errors).FullyQualifiedErrorId.Split(',')[0];

    public IEnumerable<T> As<T>() => Output.Select(o => (T)o.BaseObject);

    /// <summary>Value of a property of the only object: the models' types are those of the module, not of the tests.</summary>
    public object? Property(string name) => Assert.Single(Output).Properties[name].Value;
}
