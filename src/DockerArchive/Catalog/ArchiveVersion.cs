namespace DockerArchive.Catalog;

/// <summary>
/// A version as an environment's name has it, <c>v0.10.0-rc1</c>, or more than one, <c>v1.32.2/containerd/v2.0.3</c>. Sorts as
/// versions do: numbers count as numbers, and a release comes after its candidates. Case does not count.
/// </summary>
public sealed class ArchiveVersion : IComparable<ArchiveVersion>, IComparable, IEquatable<ArchiveVersion>
{
    private ArchiveVersion(string text) => Text = text;

    /// <summary>The version as the name has it.</summary>
    public string Text { get; }

    /// <summary>Takes a text as a version; each is one.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The version.</returns>
    public static ArchiveVersion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ArchiveVersion(text);
    }

    /// <inheritdoc/>
    public int CompareTo(ArchiveVersion? other) => Compare(this, other);

    /// <inheritdoc/>
    public int CompareTo(object? obj) => CompareTo(obj as ArchiveVersion ?? (obj is null ? null : Parse($"{obj}")));

    /// <inheritdoc/>
    public bool Equals(ArchiveVersion? other) => string.Equals(Text, other?.Text, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ArchiveVersion other ? Equals(other) : obj is string text && Equals(Parse(text));

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Text);

    /// <summary>The version as the name has it.</summary>
    public override string ToString() => Text;

    /// <summary>Whether the versions are the same.</summary>
    public static bool operator ==(ArchiveVersion? left, ArchiveVersion? right) => left?.Equals(right) ?? right is null;

    /// <summary>Whether the versions are not the same.</summary>
    public static bool operator !=(ArchiveVersion? left, ArchiveVersion? right) => !(left == right);

    /// <summary>Whether a version comes before another.</summary>
    public static bool operator <(ArchiveVersion? left, ArchiveVersion? right) => Compare(left, right) < 0;

    /// <summary>Whether a version comes after another.</summary>
    public static bool operator >(ArchiveVersion? left, ArchiveVersion? right) => Compare(left, right) > 0;

    /// <summary>Whether a version comes before another or is the same.</summary>
    public static bool operator <=(ArchiveVersion? left, ArchiveVersion? right) => Compare(left, right) <= 0;

    /// <summary>Whether a version comes after another or is the same.</summary>
    public static bool operator >=(ArchiveVersion? left, ArchiveVersion? right) => Compare(left, right) >= 0;

    private static int Compare(ArchiveVersion? left, ArchiveVersion? right) =>
        EnvironmentOrder.Instance.Compare(left?.Text.ToLowerInvariant(), right?.Text.ToLowerInvariant());
}
