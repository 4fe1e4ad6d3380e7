namespace DockerArchive.Buildkit;

/// <summary>A number of bytes as BuildKit printed it.</summary>
/// <param name="Bytes">The size in bytes (1 kB is 1000 B).</param>
/// <param name="Precision">
/// What the last printed digit is worth, in bytes: 1 when the figure is exact, 10 000 for <c>12.43MB</c>, whose true value
/// is within half of that.
/// </param>
public readonly record struct BuildQuantity(long Bytes, long Precision);
