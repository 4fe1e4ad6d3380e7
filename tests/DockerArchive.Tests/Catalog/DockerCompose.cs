using System.Diagnostics;
using System.Text.Json.Nodes;

namespace DockerArchive.Tests.Catalog;

/// <summary>The compose that our reading is compared with. It needs no daemon for that.</summary>
internal static class DockerCompose
{
    /// <summary>The version whose rules ours are.</summary>
    private const string Version = "2.26.1";

    private static readonly Lazy<bool> IsThere = new(() =>
    {
        try
        {
            return Run(Path.GetTempPath(), null, "version", "--short").Output.StartsWith(Version, StringComparison.Ordinal);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    public static void SkipUnlessThere() =>
        Assert.SkipUnless(IsThere.Value, $"docker compose {Version} is not here; 'tools/prepare.sh tests' installs it on Debian");

    /// <summary>What compose makes of the files: its model, or its refusal.</summary>
    /// <param name="directory">The project's directory.</param>
    /// <param name="files">Full paths.</param>
    /// <param name="shell">The shell's variables; null takes this process's.</param>
    public static (JsonObject? Model, string Error) Config(
        string directory, IReadOnlyList<string> files, IReadOnlyDictionary<string, string>? shell = null)
    {
        var (output, error, code) = Run(
            directory, shell, [.. files.SelectMany(f => new[] { "-f", f }), "config", "--format", "json"]);
        if (code != 0)
            return (null, error);
        var model = Unescape(JsonNode.Parse(output))!.AsObject();
        return (ComposeConfigJson.Tidy(model), error);
    }

    /// <summary>Compose writes its model so that it can be read again, with every dollar sign doubled.</summary>
    private static JsonNode? Unescape(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Select(p => KeyValuePair.Create(p.Key, Unescape(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Unescape)]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(text.Replace("$$", "$", StringComparison.Ordinal)),
        _ => node?.DeepClone(),
    };

    private static (string Output, string Error, int Code) Run(
        string directory, IReadOnlyDictionary<string, string>? shell, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("docker", ["compose", .. arguments])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        if (shell is not null)
        {
            foreach (var name in start.Environment.Keys.Where(k => k is not ("PATH" or "HOME")).ToList())
                start.Environment.Remove(name);
            foreach (var (name, value) in shell)
                start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, error.GetAwaiter().GetResult(), process.ExitCode);
    }
}
