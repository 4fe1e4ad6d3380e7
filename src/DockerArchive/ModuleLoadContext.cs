using System.Reflection;
using System.Runtime.Loader;

namespace DockerArchive;

/// <summary>
/// The load context in which the cmdlets and the packages they need live, apart from the copies of the same packages
/// that other modules bring. Used by DockerArchive.psm1 only.
/// </summary>
/// <remarks>
/// This assembly itself and everything that is not beside the cmdlets comes from the default context, so that the
/// models are one and the same type for scripts and for cmdlets.
/// </remarks>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private static readonly Dictionary<string, Assembly> Loaded = new(StringComparer.Ordinal);
    private readonly string _directory;

    private ModuleLoadContext(string directory)
        : base("DockerArchive") => _directory = directory;

    /// <summary>Loads the cmdlet assembly into a context of its own, once per path in a process.</summary>
    /// <param name="path">Full path of DockerArchive.PowerShell.dll.</param>
    /// <returns>The assembly to give to <c>Import-Module -Assembly</c>.</returns>
    public static Assembly LoadCmdlets(string path)
    {
        lock (Loaded)
        {
            if (!Loaded.TryGetValue(path, out var assembly))
            {
                var context = new ModuleLoadContext(Path.GetDirectoryName(path)!);
                assembly = context.LoadFromAssemblyPath(path);
                Loaded.Add(path, assembly);
            }

            return assembly;
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ArgumentNullException.ThrowIfNull(assemblyName);
        if (assemblyName.Name == typeof(ModuleLoadContext).Assembly.GetName().Name)
            return typeof(ModuleLoadContext).Assembly;

        var path = Path.Combine(_directory, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
