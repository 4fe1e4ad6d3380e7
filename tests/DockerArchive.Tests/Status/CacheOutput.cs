using DockerArchive.Buildkit;
using DockerArchive.Tests.Systemd;

namespace DockerArchive.Tests.Status;

/// <summary>Recorded output of <c>buildctl du</c> and <c>buildctl prune</c>, and what can be compared in it.</summary>
internal static class CacheOutput
{
    public static BuildkitDiskUsage Usage(string version, string file) => ParseUsage(Text(version, file));

    public static BuildkitDiskUsage ParseUsage(string text)
    {
        Assert.True(BuildctlDiskUsage.TryParse(text, out var usage));
        return usage;
    }

    public static BuildkitPruneResult Pruned(string version, string file) => ParsePruned(Text(version, file));

    public static BuildkitPruneResult ParsePruned(string text)
    {
        Assert.True(BuildctlPrune.TryParse(text, out var result));
        return result;
    }

    public static string Text(string version, string file) => GuestData.Text("buildctl", version, $"{file}.stdout");

    /// <summary>Everything a record says, comparable.</summary>
    public static (BuildkitCacheRecord Record, string Parents) Facts(BuildkitCacheRecord record) =>
        (record with { Parents = [] }, string.Join(' ', record.Parents));

    /// <summary>What the table says of a record.</summary>
    public static BuildkitCacheRecord Row(BuildkitCacheRecord record) => new()
    {
        Id = record.Id,
        Mutable = record.Mutable,
        Reclaimable = record.Reclaimable,
        Size = record.Size,
        Shared = record.Shared,
    };

    /// <summary>By how many bytes a printed size differs from the true one at most: half of its second decimal.</summary>
    public static double Rounding(long? printed)
    {
        double unit = 1;
        while (printed >= unit * 1000)
            unit *= 1000;
        return unit == 1 ? 0 : unit * 0.005;
    }

    /// <summary>Asserts that a printed sum is that of printed sizes, as far as both are rounded.</summary>
    public static void AssertSum(long? sum, IEnumerable<BuildkitCacheRecord> records)
    {
        var sizes = records.Select(record => record.Size).ToArray();
        Assert.NotNull(sum);
        Assert.DoesNotContain(null, sizes);
        var difference = Math.Abs(sum.Value - sizes.Sum()!.Value);
        Assert.InRange(difference, 0, sizes.Sum(Rounding) + Rounding(sum));
    }
}
