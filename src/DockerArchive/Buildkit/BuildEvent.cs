using System.Globalization;
using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>One thing that a build's progress output told. The events' <see cref="Raw"/> bytes, put together, are the input.</summary>
public abstract class BuildEvent
{
    // A log has millions of these, and making one costs what its size costs: no field is wider than it must be.
    private readonly byte[] _raw;
    private readonly int _step;

    private protected BuildEvent(scoped in BuildToken token)
    {
        Kind = token.Kind;
        _step = token.Step;
        _raw = token.Raw.ToArray();
    }

    /// <summary>What is told.</summary>
    public BuildEventKind Kind { get; }

    /// <summary>The step's number, <c>#5</c> in the text; null when the event belongs to no step.</summary>
    public int? Step => _step == BuildToken.NoStep ? null : _step;

    /// <summary>The bytes of the input that this event stands for, with the line ending.</summary>
    public ReadOnlyMemory<byte> Raw => _raw;

    /// <summary>What is told, in a line of text without the step's number; control characters are kept.</summary>
    /// <returns>The text.</returns>
    public abstract override string ToString();

    private protected string RawText => Encoding.UTF8.GetString(Raw.Span).TrimEnd('\n', '\r');

    internal static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0##}s");

    private protected static string? Decode(ReadOnlySpan<byte> text) =>
        text.IsEmpty ? null : Encoding.UTF8.GetString(text);
}
