using System.Globalization;

namespace DockerArchive.Bench;

/// <summary>The peak of a process's memory before and after its work.</summary>
internal readonly record struct MemoryGrowth(double BeforeKiB, double AfterKiB)
{
    public double GrownMiB => (AfterKiB - BeforeKiB) / 1024;

    public static MemoryGrowth Of(double[] measured) => new(measured[0], measured[1]);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{BeforeKiB / 1024:N0} → {AfterKiB / 1024:N0} MiB, +{GrownMiB:N0} MiB");
}
