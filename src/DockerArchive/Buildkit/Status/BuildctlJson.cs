using System.Text;
using System.Text.Json;

namespace DockerArchive.Buildkit;

/// <summary>Reads the JSON that <c>buildctl</c> prints with <c>--format '{{json .}}'</c>.</summary>
internal static class BuildctlJson
{
    /// <summary>
    /// Reads arrays of objects and single ones, several of them behind each other too; <c>null</c> is Go's empty array.
    /// </summary>
    /// <returns>The objects; null when the text is something else, or <paramref name="convert"/> gives null.</returns>
    public static IReadOnlyList<T>? Read<T>(string text, Func<JsonElement, T?> convert)
        where T : class
    {
        var items = new List<T>();
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text.Trim());
        try
        {
            while (!rest.IsEmpty)
            {
                var reader = new Utf8JsonReader(rest);
                var value = JsonElement.ParseValue(ref reader);
                rest = rest[(int)reader.BytesConsumed..].TrimStart(" \t\r\n"u8);
                foreach (var element in Elements(value))
                {
                    if (element.ValueKind != JsonValueKind.Object || convert(element) is not { } item)
                        return null;
                    items.Add(item);
                }
            }

            return items;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Cut off, no JSON, or half a surrogate pair in a string.
            return null;
        }
    }

    /// <summary>The objects of the array that a property holds; none when it holds no array.</summary>
    public static IEnumerable<JsonElement> Objects(this JsonElement element, string name) =>
        element.Items(name, JsonValueKind.Object);

    /// <summary>The texts of the array that a property holds; none when it holds no array.</summary>
    public static string[] Texts(this JsonElement element, string name) =>
        [.. element.Items(name, JsonValueKind.String).Select(item => item.GetString()!)];

    /// <summary>The texts of the object that a property holds, by name.</summary>
    public static IReadOnlyDictionary<string, string> Dictionary(this JsonElement element, string name)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in element.Object(name)?.EnumerateObject() ?? default)
        {
            if (property.Value.ValueKind == JsonValueKind.String)
                texts[property.Name] = property.Value.GetString()!;
        }

        return texts.AsReadOnly();
    }

    public static JsonElement? Object(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    /// <summary>A text; null when it is empty, which the other forms do not print.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    public static bool? Flag(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.ValueKind == JsonValueKind.True
            : null;

    /// <summary>A whole number that is not negative.</summary>
    public static long? Number(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var number)
        && number >= 0
            ? number
            : null;

    /// <summary>A time in RFC 3339, to 100 ns; null for Go's zero time.</summary>
    public static DateTimeOffset? Time(this JsonElement element, string name) =>
        element.Text(name) is { } text && PrintedTime.TryTime(Encoding.UTF8.GetBytes(text), out var time)
            ? time
            : null;

    private static IEnumerable<JsonElement> Items(this JsonElement element, string name, JsonValueKind kind) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Where(item => item.ValueKind == kind)
            : [];

    private static IEnumerable<JsonElement> Elements(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray(),
        JsonValueKind.Null => [],
        _ => [value],
    };
}
