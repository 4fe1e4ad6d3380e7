namespace DockerArchive.Buildkit;

/// <summary>A number of bytes as BuildKit printed it.</summary>
/// <param name="Bytes">The size in bytes (1 kB is 1000 B).</param>
/// <param name="Digits">How many of its last decimal digits were not printed.</param>
public readonly record struct BuildQuantity(long Bytes, byte Digits)
{
    /// <summary>
    /// What the last printed digit is worth, in bytes: 1 when the figure is exact, 10 000 for <c>12.43MB</c>, whose true
    /// value is within half of that.
    /// </summary>
    public long Precision
    {
        get
        {
            long precision = 1;
            for (int i = 0; i < Digits; i++)
                precision *= 10;
            return precision;
        }
    }
}
