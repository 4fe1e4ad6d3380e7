namespace DockerArchive.Bench;

/// <summary>A program that runs PowerShell scripts.</summary>
internal sealed record Shell(string Name, string Program)
{
    /// <summary>PowerShell as the user has it, or null.</summary>
    public static Shell? FindPwsh() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Select(directory => Path.Combine(directory, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh"))
            .Where(File.Exists)
            .Select(program => new Shell("pwsh", program))
            .FirstOrDefault();

    /// <summary>Runs one of the scripts in <c>bench</c> in a process of its own.</summary>
    /// <returns>What it measured.</returns>
    public double[] Run(string script, string[] arguments, (string Name, string Value)? setting = null) => MeasuringProcess.Run(
        Program, ["-NoProfile", "-File", Path.Combine("bench", script), .. arguments], setting);
}
