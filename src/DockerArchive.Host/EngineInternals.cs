using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace DockerArchive.Host;

/// <summary>
/// The two things that pwsh's own host does with the engine and that have no public way. The engine's version is pinned
/// by this project and travels with it, and tests cover both.
/// </summary>
internal static class EngineInternals
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Lets <c>exit</c> in the next script file end the session with its code, not the script alone.</summary>
    public static void LetNextScriptFileExit(Runspace runspace)
    {
        var context = runspace.GetType().GetProperty("ExecutionContext", Instance)!.GetValue(runspace)!;
        context.GetType().GetProperty("ScriptCommandProcessorShouldRethrowExit", Instance)!.SetValue(context, true);
    }

    /// <summary>Marks a record as coming from the error stream, so that Out-Default formats it as an error.</summary>
    public static PSObject AsErrorStreamObject(ErrorRecord record)
    {
        var wrapped = new PSObject(record);
        var stream = typeof(PSObject).GetProperty("WriteStream", Instance)!;
        stream.SetValue(wrapped, Enum.Parse(stream.PropertyType, "Error"));
        return wrapped;
    }
}
