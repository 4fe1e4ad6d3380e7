using System.Globalization;
using System.Management.Automation;

namespace DockerArchive.Buildkit;

/// <summary>One <c>--output</c> of a build, in buildctl's own form: <c>type=local,dest=out</c>.</summary>
/// <param name="Type">Name of the exporter.</param>
/// <param name="Attributes">What else was given, in its order, without <c>type</c> and <c>dest</c>.</param>
/// <param name="Destination">Full path on the user's machine, or null where the exporter keeps the result in the guest.</param>
internal sealed record BuildOutput(string Type, IReadOnlyList<KeyValuePair<string, string>> Attributes, string? Destination)
{
    /// <summary>Exporters that write files to the client.</summary>
    private static readonly string[] ClientTypes = ["local", "tar", "oci", "docker"];

    public bool IsDirectory => Type == "local";

    /// <summary>Reads what stands after -Output.</summary>
    /// <remarks>
    /// PowerShell takes an unquoted <c>type=local,dest=out</c> for a list of two; what does not begin with
    /// <c>type=</c> but has a key belongs to the text before it.
    /// </remarks>
    /// <inheritdoc cref="Parse"/>
    public static IReadOnlyList<BuildOutput> ParseAll(IEnumerable<string> texts, Func<string, string> fullPath)
    {
        var whole = new List<string>();
        foreach (var text in texts)
        {
            var continues = whole.Count > 0
                && whole[^1].StartsWith("type=", StringComparison.Ordinal)
                && !text.StartsWith("type=", StringComparison.Ordinal)
                && text.Contains('=', StringComparison.Ordinal);
            if (continues)
                whole[^1] += $",{text}";
            else
                whole.Add(text);
        }

        return [.. whole.Select(text => Parse(text, fullPath))];
    }

    /// <summary>Reads buildctl's form; a text without <c>=</c> is docker's short form for a directory.</summary>
    /// <param name="text">What the user typed.</param>
    /// <param name="fullPath">Makes a full path of one of the user's.</param>
    /// <exception cref="ArchiveException">The text has no such form.</exception>
    public static BuildOutput Parse(string text, Func<string, string> fullPath)
    {
        if (!text.Contains('=', StringComparison.Ordinal))
            return new BuildOutput("local", [], fullPath(text));

        string? type = null, destination = null;
        var attributes = new List<KeyValuePair<string, string>>();
        foreach (var field in text.Split(','))
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw Invalid(text, $"'{field}' is not key=value");
            var (key, value) = (field[..equals].Trim(), field[(equals + 1)..]);
            if (key == "type")
                type = value;
            else if (key == "dest")
                destination = value;
            else
                attributes.Add(new(key, value));
        }

        if (type is null)
            throw Invalid(text, "it has no type");
        if (destination == "-")
            throw Invalid(text, "a build's result cannot go to standard output; give a path");
        if (ClientTypes.Contains(type) && destination is null)
            throw Invalid(text, $"an output of type {type} needs dest=PATH");
        if (!ClientTypes.Contains(type) && destination is not null)
            throw Invalid(text, $"an output of type {type} stays in the guest and takes no dest");
        return new BuildOutput(type, attributes, destination is null ? null : fullPath(destination));
    }

    /// <summary>Path in the guest, relative to the build's directory, of the output with this number.</summary>
    public static string GuestPath(int number) => string.Create(CultureInfo.InvariantCulture, $"output-{number}");

    private static ArchiveException Invalid(string text, string reason) => new(
        "OutputInvalid",
        ErrorCategory.InvalidArgument,
        text,
        $"-Output '{text}': {reason}. It has buildctl's form, such as type=local,dest=out or type=image,name=example.com/app.");
}
