using System.Globalization;

namespace DockerArchive.Buildkit;

/// <summary>The parts of a Dockerfile step's name, <c>[linux/arm64 builder  2/12] RUN make</c>.</summary>
internal readonly record struct StepName(string? Stage, int? Index, int? Total, string? Instruction, string? Platform)
{
    public static StepName Parse(string name)
    {
        int close = name.IndexOf(']', StringComparison.Ordinal);
        if (!name.StartsWith('[') || close < 0)
            return default;
        string[] words = name[1..close].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > 3 || !TryPlace(words[^1], out int index, out int total))
            return default;
        string? platform = words.Length > 1 && words[0].Contains('/', StringComparison.Ordinal) ? words[0] : null;
        string? stage = words.Length == (platform is null ? 1 : 2) ? null : words[^2];
        string instruction = name[(close + 1)..].TrimStart(' ');
        return new StepName(stage, index, total, instruction.Length == 0 ? null : instruction, platform);
    }

    private static bool TryPlace(string word, out int index, out int total)
    {
        index = total = 0;
        int slash = word.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            && int.TryParse(word.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && int.TryParse(word.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out total);
    }
}
