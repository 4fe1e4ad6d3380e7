using System.Diagnostics;
using System.Globalization;

namespace DockerArchive.Bench;

/// <summary>What <c>make bench</c> measures of Get-ArchiveEnv: a checkout of 900 environments in the form of the public archives.</summary>
internal static class CatalogueRun
{
    private const int Environments = 900;

    private static readonly string[] Groups = ["buildkit", "containerd", "docker", "kubernetes", "runc", "vul"];

    /// <param name="directory">Where the checkout is made.</param>
    public static void Start(string directory)
    {
        Console.WriteLine("==> The catalogue beside dqd list");
        // The module's own listing is not to find them.
        var checkout = Path.GetFullPath(Path.Combine(directory, ".checkout"));
        Write(checkout);
        var shell = Shell.FindPwsh() ?? new Shell("the embedded host", "out/host/pwsh-host");
        double[] seconds = shell.Run(
            "catalogue.ps1", ["./DockerArchive.psd1", checkout, Environments.ToString(CultureInfo.InvariantCulture)]);
        var peer = Environment.GetEnvironmentVariable("DQD") is { Length: > 0 } script ? 1 / List(script, checkout) : (double?)null;
        var table = new ClosingTable();
        table.AddRate("Get-ArchiveEnv, 900 environments, the first time", 1 / seconds[0], "/s", "dqd list", peer, requiredRate: 1 / 0.3);
        table.AddRate("Get-ArchiveEnv, 900 environments, again", 1 / seconds[1], "/s", "dqd list", peer, requiredRatio: 50);
        Console.WriteLine(table);
    }

    private static void Write(string checkout)
    {
        for (var i = 0; i < Environments; i++)
        {
            var (group, version) = (Groups[i % Groups.Length], $"v0.{i / Groups.Length}.{i % 5}");
            var environment = Directory.CreateDirectory(Path.Combine(checkout, group, version)).FullName;
            var image = $"{group}-{version}";
            File.WriteAllText(
                Path.Combine(environment, ".env"),
                $"VERSION=v0.1.0\nIMAGE={image}\nCOMPOSE_PROJECT_NAME={image.Replace('.', '-')}\n");
            File.WriteAllText(
                Path.Combine(environment, "docker-compose.yml"),
                $"services:\n  vm:\n    image: ghcr.io/ctrsploit/${{IMAGE}}:${{VERSION}}\n    ports:\n      - \"{10000 + i}:22\"\n    tty: true\n");
            File.WriteAllText(
                Path.Combine(environment, "docker-compose.kvm.yml"), "services:\n  vm:\n    devices:\n      - \"/dev/kvm:/dev/kvm\"\n");
            File.WriteAllText(
                Path.Combine(environment, "README.md"),
                $"# {group} {version}\n\n## usage\n\n```shell\n$ cd {group}/{version}\n$ docker compose up -d\n$ ./ssh\n```\n\n## env details\n");
        }
    }

    /// <summary>Seconds that the script of ctrsploit/dqd takes for the same checkout.</summary>
    private static double List(string script, string checkout)
    {
        // It lists the checkout it lies in.
        var copy = Path.Combine(Directory.CreateDirectory(Path.Combine(checkout, "bin")).FullName, "dqd");
        File.Copy(script, copy, overwrite: true);
        var clock = Stopwatch.StartNew();
        using var list = Process.Start(
            new ProcessStartInfo("bash", [copy, "list"]) { WorkingDirectory = checkout, RedirectStandardOutput = true })!;
        var listed = list.StandardOutput.ReadToEnd().Split('\n').Length;
        list.WaitForExit();
        return listed > Environments
            ? clock.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"{script} listed only {listed} of {Environments} environments.");
    }
}
