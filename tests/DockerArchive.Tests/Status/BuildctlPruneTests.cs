using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Status;

public sealed class BuildctlPruneTests
{
    [Theory]
    [InlineData("v0.3.0", 51, 374_300_000)]
    [InlineData("v0.4.0", 48, 374_270_000)]
    [InlineData("v0.5.0", 49, 374_290_000)]
    [InlineData("v0.8.3", 50, 374_390_000)]
    [InlineData("v0.10.0", 49, 389_110_000)]
    [InlineData("v0.12.4", 50, 389_110_000)]
    [InlineData("v0.32.2", 45, 185_190_000)]
    public void The_table_of_every_version_gives_records_and_their_sum(string version, int count, long total)
    {
        var result = CacheOutput.Pruned(version, "10i-prune");

        Assert.Equal(count, result.Records.Count);
        Assert.Equal(total, result.Total);
        CacheOutput.AssertSum(result.Total, result.Records);
        Assert.All(result.Records, record => Assert.True(record.Reclaimable));
        Assert.Contains(result.Records, record => record.Mutable);
        Assert.Contains(result.Records, record => !record.Mutable);
    }

    [Theory]
    [InlineData("v0.3.0", 89, 3)]
    [InlineData("v0.4.0", 89, 3)]
    [InlineData("v0.5.0", 93, 2)]
    [InlineData("v0.8.3", 99, 2)]
    [InlineData("v0.10.0", 104, 2)]
    [InlineData("v0.12.4", 103, 2)]
    [InlineData("v0.32.2", 116, 2)]
    public void What_was_there_is_what_was_removed_and_what_is_left(string version, int pruned, int rest)
    {
        var before = CacheOutput.Usage(version, "22-du-v").Records;
        var first = CacheOutput.Pruned(version, "22-prune-v");
        var second = CacheOutput.Pruned(version, "22-prune-all");
        var after = CacheOutput.Usage(version, "22-du-after").Records;

        Assert.Equal((pruned, rest), (first.Records.Count, second.Records.Count));
        CacheOutput.AssertSum(first.Total, first.Records);
        CacheOutput.AssertSum(second.Total, second.Records);
        Assert.Equal(
            before.Select(record => record.Id).Order(),
            first.Records.Concat(second.Records).Concat(after).Select(record => record.Id).Order());
        var byId = before.ToDictionary(record => record.Id);
        Assert.All(first.Records, record =>
        {
            Assert.Null(record.Type);
            Assert.Equal(byId[record.Id].CreatedAt, record.CreatedAt);
            Assert.Equal(byId[record.Id].Description, record.Description);
        });
    }

    [Theory]
    [InlineData("22-prune-all")]
    [InlineData("10i-prune")]
    public void A_row_is_given_out_at_once(string file)
    {
        var lines = CacheOutput.Text("v0.4.0", file).TrimEnd('\n').Split('\n');
        var reader = new BuildctlCacheReader();

        Assert.Empty(reader.Accept(lines[0]));
        Assert.All(lines[1..^1], line => Assert.StartsWith(
            Assert.Single(reader.Accept(line)).Id, line, StringComparison.Ordinal));
        Assert.Null(reader.Total);
        Assert.Empty(reader.Accept(lines[^1]));
        Assert.NotNull(reader.Total);
        Assert.Empty(reader.Complete());
    }

    [Fact]
    public void A_record_of_the_verbose_form_is_given_out_when_the_next_one_is_printed()
    {
        var lines = CacheOutput.Text("v0.32.2", "22-prune-v").TrimEnd('\n').Split('\n');
        var ids = lines.Where(line => line.StartsWith("ID:", StringComparison.Ordinal)).Select(line => line[5..]).ToArray();
        var reader = new BuildctlCacheReader();
        var given = new List<string>();
        var sizes = 0;
        foreach (var line in lines)
        {
            given.AddRange(reader.Accept(line).Select(record => record.Id));
            sizes += line.StartsWith("Size:", StringComparison.Ordinal) ? 1 : 0;
            Assert.Equal(Math.Max(0, sizes - 1), given.Count);
        }

        Assert.Null(reader.Total);
        given.AddRange(reader.Complete().Select(record => record.Id));
        Assert.Equal(ids, given);
        Assert.Equal(24_310_000, reader.Total);
    }

    [Fact]
    public void Json_is_a_record_a_line_without_a_sum()
    {
        var array = CacheOutput.Text("v0.32.2", "22-du-json").Trim();
        var text = array[1..^1].Replace("},{", "}\n{", StringComparison.Ordinal) + "\n";
        var listed = CacheOutput.ParseUsage(array);
        var reader = new BuildctlCacheReader();

        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Single(reader.Accept(line)));
        Assert.Equal(listed.Total, reader.Total);
        var result = CacheOutput.ParsePruned(text);
        Assert.Equal(listed.Records.Select(CacheOutput.Facts), result.Records.Select(CacheOutput.Facts));
        Assert.Equal(listed.Total, result.Total);
    }

    [Fact]
    public void Json_that_breaks_off_gives_the_lines_before()
    {
        const string Line = """{"id":"a","mutable":true,"inUse":false,"size":7,"shared":false}""";

        var result = CacheOutput.ParsePruned($"{Line}\n{Line}\n{Line[..30]}");

        Assert.Equal(2, result.Records.Count);
        Assert.Equal(14, result.Total);
    }

    [Theory]
    [InlineData("Total:\t0B\n", 0L)]
    [InlineData("", null)]
    public void Nothing_to_remove_is_a_result(string text, long? total)
    {
        var result = CacheOutput.ParsePruned(text);

        Assert.Empty(result.Records);
        Assert.Equal(total, result.Total);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("error: failed to call prune: transport is closing\n")]
    [InlineData("Incorrect Usage: flag provided but not defined: -format\n\nNAME:\n   buildctl prune - clean up build cache\n")]
    public void Other_text_is_no_result(string? text)
    {
        Assert.False(BuildctlPrune.TryParse(text, out var result));
        Assert.Null(result);
    }

    [Fact]
    public void An_unknown_first_line_makes_all_lines_unknown()
    {
        var reader = new BuildctlCacheReader();

        Assert.True(reader.IsRecognised);
        Assert.Empty(reader.Accept("warning: x"));
        Assert.False(reader.IsRecognised);
        Assert.Empty(reader.Accept("""{"id":"a","mutable":true,"inUse":false,"size":7,"shared":false}"""));
        Assert.Empty(reader.Complete());
        Assert.Null(reader.Total);
    }
}
