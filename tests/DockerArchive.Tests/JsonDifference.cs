using System.Text.Json.Nodes;

namespace DockerArchive.Tests;

/// <summary>Where two JSON texts differ, for the message of a test.</summary>
internal static class JsonDifference
{
    /// <returns>The first difference; null where there is none.</returns>
    public static string? Find(string path, JsonNode? theirs, JsonNode? ours)
    {
        if (JsonNode.DeepEquals(theirs, ours))
            return null;
        if (theirs is JsonObject one && ours is JsonObject other)
        {
            var key = one.Select(p => p.Key).Union(other.Select(p => p.Key))
                .First(k => one.ContainsKey(k) != other.ContainsKey(k) || !JsonNode.DeepEquals(one[k], other[k]));
            return Find($"{path}.{key}", one[key], other[key]) ?? $"{path}.{key} is there only once";
        }

        if (theirs is JsonArray first && ours is JsonArray second && first.Count == second.Count)
        {
            var index = Enumerable.Range(0, first.Count).First(i => !JsonNode.DeepEquals(first[i], second[i]));
            return Find($"{path}[{index}]", first[index], second[index]);
        }

        return $"{path} is {theirs?.ToJsonString() ?? "nothing"} to compose and {ours?.ToJsonString() ?? "nothing"} to us";
    }
}
