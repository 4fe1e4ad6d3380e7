using System.Diagnostics;

namespace DockerArchive.IntegrationTests;

/// <summary>Other people's tools, asked what they see.</summary>
internal static class Cli
{
    /// <summary>Runs a program and gives its standard output and error together, without the last line ending.</summary>
    public static string Run(string program, params string[] arguments) => RunIn(ModuleRunspace.Root, program, arguments);

    public static string RunIn(string directory, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output + error.GetAwaiter().GetResult()).TrimEnd();
    }

    public static string Docker(params string[] arguments) => Run("docker", arguments);

    /// <summary>What Docker still has of a compose project: containers, networks.</summary>
    public static string Remains(string project) => Docker("ps", "-aq", "--filter", $"label=com.docker.compose.project={project}")
        + Docker("network", "ls", "-q", "--filter", $"label=com.docker.compose.project={project}");
}
