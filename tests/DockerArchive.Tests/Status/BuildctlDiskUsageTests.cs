using System.Globalization;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Status;

public sealed class BuildctlDiskUsageTests
{
    private const string Block =
        "ID:\t\ta\nCreated at:\t2026-11-24 11:41:44.5 +0000 UTC\nMutable:\tfalse\nReclaimable:\ttrue\nShared:\t\tfalse\n"
        + "Size:\t\t8.19kB\nDescription:\tDESCRIPTION\nUsage count:\t3\nLast used:\t2026-11-24 11:41:45 +0000 UTC\n"
        + "Type:\t\tregular\n\n";

    private const string Sums = "Reclaimable:\t8.19kB\nTotal:\t\t8.19kB\n";

    [Theory]
    [InlineData("v0.3.0", 92, 259_710_000)]
    [InlineData("v0.4.0", 92, 279_720_000)]
    [InlineData("v0.5.0", 95, 271_910_000)]
    [InlineData("v0.8.3", 101, 252_200_000)]
    [InlineData("v0.10.0", 106, 265_410_000)]
    [InlineData("v0.12.4", 105, 265_390_000)]
    [InlineData("v0.32.2", 129, 265_640_000)]
    public void Table_and_verbose_form_of_every_version_say_the_same(string version, int count, long total)
    {
        var table = CacheOutput.Usage(version, "22-du");
        var verbose = CacheOutput.Usage(version, "22-du-v");

        Assert.Equal(count, verbose.Records.Count);
        Assert.Equal(total, verbose.Total);
        Assert.Equal(0, verbose.Shared);
        Assert.Equal(total, verbose.Private);
        CacheOutput.AssertSum(verbose.Total, verbose.Records);
        CacheOutput.AssertSum(verbose.Reclaimable, verbose.Records.Where(record => record.Reclaimable));
        Assert.Equal(verbose.Records.Select(CacheOutput.Row), table.Records);
        Assert.Equal((verbose.Reclaimable, verbose.Total), (table.Reclaimable, table.Total));
        Assert.All(verbose.Records, record =>
        {
            Assert.NotNull(record.CreatedAt);
            Assert.NotNull(record.Type);
            Assert.NotNull(record.Description);
            Assert.Equal(record.UsageCount > 0, record.LastUsedAt is not null);
            Assert.All(record.Parents, id => Assert.Contains(verbose.Records, parent => parent.Id == id));
        });
        Assert.Contains(verbose.Records, record => record.Parents.Count > 0);
        Assert.Contains(verbose.Records, record => record.Mutable);
    }

    [Theory]
    [InlineData("v0.12.4", 105)]
    [InlineData("v0.32.2", 129)]
    public void Json_says_the_same_as_the_verbose_form_with_exact_sizes(string version, int count)
    {
        var exact = CacheOutput.Usage(version, "22-du-json");
        var printed = CacheOutput.Usage(version, "22-du-v");

        Assert.Equal(count, exact.Records.Count);
        Assert.Equal(
            printed.Records.Select(CacheOutput.Facts),
            exact.Records.Zip(printed.Records, (record, same) => CacheOutput.Facts(record with { Size = same.Size })));
        Assert.All(exact.Records.Zip(printed.Records), pair => Assert.InRange(
            Math.Abs(pair.First.Size!.Value - pair.Second.Size!.Value), 0, CacheOutput.Rounding(pair.Second.Size)));
        Assert.Equal(exact.Records.Sum(record => record.Size), exact.Total);
        Assert.Equal(exact.Records.Where(record => record.Reclaimable).Sum(record => record.Size), exact.Reclaimable);
        Assert.Equal(ByteSize.Text(exact.Total!.Value), ByteSize.Text(printed.Total!.Value));
        Assert.Equal((0, exact.Total), (exact.Shared, exact.Private));
    }

    [Fact]
    public void A_record_of_the_verbose_form_has_all_it_prints()
    {
        var records = CacheOutput.Usage("v0.10.0", "22-du-v").Records;

        Assert.Equal(
            (new BuildkitCacheRecord
            {
                Id = "66gejcix5h33h88zw4jquv0i0",
                CreatedAt = Utc("2026-11-24T11:41:43.4417254"),
                LastUsedAt = Utc("2026-11-24T11:41:43.8033989"),
                UsageCount = 1,
                Size = 20_000_000,
                Mutable = false,
                Reclaimable = true,
                Shared = false,
                Type = "regular",
                Description = "fileop target",
            }, "sz6iti5c5bu3utmofys8h5wb6"),
            CacheOutput.Facts(records[2]));
        Assert.Equal("frontend", records[1].Type);
    }

    [Fact]
    public void A_record_of_Json_has_its_exact_size()
    {
        var records = CacheOutput.Usage("v0.32.2", "22-du-json").Records;

        Assert.Equal(
            (new BuildkitCacheRecord
            {
                Id = "kmtxqdqpxxcyo45qg1ke5brq5",
                CreatedAt = Utc("2026-11-24T11:39:42.4701190"),
                UsageCount = 0,
                Size = 4096,
                Mutable = false,
                Reclaimable = false,
                Shared = false,
                Type = "regular",
                Description = "mount / from exec /bin/sh -c echo before copy",
            }, "qp1aksnc0wv2b2hehg7s936jr"),
            CacheOutput.Facts(records[3]));
        Assert.Equal(182_831_839, records[^1].Size);
    }

    [Theory]
    [InlineData("v0.3.0", "sha256:")]
    [InlineData("v0.8.3", "")]
    public void Before_v0_10_a_record_has_at_most_one_parent(string version, string prefix)
    {
        var parents = CacheOutput.Usage(version, "22-du-v").Records.Select(record => record.Parents).ToArray();

        Assert.Equal(1, parents.Max(ids => ids.Count));
        Assert.Contains(parents, ids => ids is [var id] && id.StartsWith(prefix, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("v0.3.0")]
    [InlineData("v0.4.0")]
    [InlineData("v0.5.0")]
    [InlineData("v0.8.3")]
    [InlineData("v0.10.0")]
    [InlineData("v0.12.4")]
    [InlineData("v0.32.2")]
    public void An_empty_cache_is_a_listing(string version)
    {
        var usage = CacheOutput.Usage(version, "00-du-empty");

        Assert.Empty(usage.Records);
        Assert.Equal((0, 0, 0, 0), (usage.Reclaimable, usage.Total, usage.Shared, usage.Private));
    }

    [Theory]
    [InlineData("Reclaimable:\t0B\nTotal:\t\t0B\n", 0L)]
    [InlineData("null\n", 0L)]
    [InlineData("[]\n", 0L)]
    [InlineData("ID\tRECLAIMABLE\tSIZE\tLAST ACCESSED\n", null)]
    [InlineData("", null)]
    [InlineData("\n", null)]
    public void Every_form_has_a_listing_of_nothing(string text, long? total)
    {
        var usage = CacheOutput.ParseUsage(text);

        Assert.Empty(usage.Records);
        Assert.Equal(total, usage.Total);
        Assert.Equal(total, usage.Private);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("error: flag provided but not defined: -format\n")]
    [InlineData("error: failed to call diskusage: connection refused\n")]
    [InlineData("Total:\t5 files\n")]
    [InlineData("ID\tPLATFORMS\n")]
    [InlineData("nullified")]
    [InlineData("[{\"id\":\"a\"}]\n")]
    [InlineData("[1]\n")]
    [InlineData("[{\"id\":\"\\ud800\",\"mutable\":true,\"inUse\":true,\"shared\":true}]\n")]
    [InlineData("[{\"id\":\"a\",\"mutable\":true,\"inUse\":true,\"shared\":true}\n")]
    public void Other_text_is_no_listing(string? text)
    {
        Assert.False(BuildctlDiskUsage.TryParse(text, out var usage));
        Assert.Null(usage);
    }

    [Theory]
    [InlineData("v0.3.0")]
    [InlineData("v0.4.0")]
    [InlineData("v0.5.0")]
    [InlineData("v0.8.3")]
    [InlineData("v0.10.0")]
    public void What_a_version_says_of_an_option_it_does_not_know_is_no_listing(string version) =>
        Assert.False(BuildctlDiskUsage.TryParse(CacheOutput.Text(version, "22-du-json"), out _));

    [Theory]
    [InlineData("00-workers")]
    [InlineData("00-workers-json")]
    [InlineData("00-daemon-version")]
    public void What_other_commands_print_is_no_listing(string file) =>
        Assert.False(BuildctlDiskUsage.TryParse(CacheOutput.Text("v0.32.2", file), out _));

    [Fact]
    public void Shared_records_have_a_star_behind_their_size_and_sums_of_their_own()
    {
        var table = CacheOutput.ParseUsage(
            "ID\tRECLAIMABLE\tSIZE\tLAST ACCESSED\na  \ttrue       \t1.00kB*\t\nb*  \tfalse      \t2B\t\n"
            + "Shared:\t\t1.00kB\nPrivate:\t2B\nReclaimable:\t1.00kB\nTotal:\t\t1.00kB\n");
        var json = CacheOutput.ParseUsage(
            """[{"id":"a","mutable":false,"inUse":false,"size":1000,"shared":true},"""
            + """{"id":"b","mutable":true,"inUse":true,"size":2,"shared":false}]""");

        Assert.Equal(["a", "b"], table.Records.Select(record => record.Id));
        Assert.Equal([true, false], table.Records.Select(record => record.Shared));
        Assert.Equal([false, true], table.Records.Select(record => record.Mutable));
        Assert.Equal(table.Records, json.Records);
        Assert.Equal((1000, 2, 1000, 1000), (table.Shared, table.Private, table.Reclaimable, table.Total));
        Assert.Equal((1000, 2, 1000, 1002), (json.Shared, json.Private, json.Reclaimable, json.Total));
    }

    [Fact]
    public void With_a_filter_no_sums_are_printed()
    {
        var usage = CacheOutput.ParseUsage(Block + Block.Replace("\ta\n", "\tb\n", StringComparison.Ordinal));

        Assert.Equal(["a", "b"], usage.Records.Select(record => record.Id));
        Assert.Equal((null, null, null, null), (usage.Reclaimable, usage.Total, usage.Shared, usage.Private));
    }

    [Fact]
    public void Lines_may_end_as_a_terminal_ends_them()
    {
        var usage = CacheOutput.ParseUsage((Block + Sums).ReplaceLineEndings("\r\n"));

        Assert.Equal("regular", Assert.Single(usage.Records).Type);
        Assert.Equal(8190, usage.Total);
    }

    [Fact]
    public void Optional_fields_can_all_be_missing()
    {
        var record = Assert.Single(CacheOutput.ParseUsage(
            "ID:\t\ta\nCreated at:\t0001-01-01 00:00:00 +0000 UTC\nMutable:\ttrue\nReclaimable:\tfalse\nShared:\t\ttrue\n"
            + "Size:\t\t-1B\nUsage count:\t0\n\n").Records);

        Assert.Equal(
            new BuildkitCacheRecord
            {
                Id = "a",
                UsageCount = 0,
                Mutable = true,
                Reclaimable = false,
                Shared = true,
            },
            record with { Parents = [] });
        Assert.Empty(record.Parents);
    }

    [Fact]
    public void A_record_can_lie_on_several()
    {
        var record = Assert.Single(CacheOutput.ParseUsage(
            Block.Replace("Created at:", "Parents:\tx;y;z\nCreated at:", StringComparison.Ordinal)).Records);

        Assert.Equal(["x", "y", "z"], record.Parents);
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("\nfirst line empty")]
    [InlineData("an empty line\n\nbetween and behind\n\n")]
    [InlineData("tabs\tand: \tcolons:\t")]
    [InlineData("imitation\nUsage count:\t99\nLast used:\tnever\nType:\t\tx")]
    [InlineData("imitation\nUsage count:\t99\nType:\t\tx\n\nof an end")]
    [InlineData("imitation\nUsage count:\t99\n\nID:\tb\nCreated at:\tnow\nof half a header")]
    [InlineData("imitation\n\nID:\tb\nCreated at:\tx\nMutable:\ttrue\nReclaimable:\ttrue\nShared:\ttrue\nSize:\t1B\nof a header")]
    [InlineData("imitation\nUsage count:\t99\n\nReclaimable:\t1B\nTotal:\t1B\nof the sums")]
    [InlineData("imitation\nUsage count:\t99\n\nReclaimable:\t1B\nTotal:\t1B")]
    [InlineData("Description:\tagain\nDescription:\tand again")]
    [InlineData("{\"id\":\"json\"}\n[null]\nID\tRECLAIMABLE\tSIZE\tLAST ACCESSED\nx\ttrue\t1B\t")]
    [InlineData("\u001b[31mred\u0000 \u4e2d\u6587")]
    public void A_description_can_hold_lines_of_any_kind(string description)
    {
        var hostile = Block.Replace("DESCRIPTION", description, StringComparison.Ordinal);

        var usage = CacheOutput.ParseUsage(hostile + Block + hostile + Sums);

        Assert.Equal([description, "DESCRIPTION", description], usage.Records.Select(record => record.Description));
        Assert.All(usage.Records, record => Assert.Equal(3, record.UsageCount));
        Assert.All(usage.Records, record => Assert.Equal("regular", record.Type));
        Assert.Equal(8190, usage.Total);
    }

    [Theory]
    [InlineData("one line\n\n")]
    [InlineData("one line\n\nTotal:\t1B\n")]
    public void A_description_that_is_cut_off_ends_no_record(string description)
    {
        var start = Block[..Block.IndexOf("DESCRIPTION", StringComparison.Ordinal)];

        var usage = CacheOutput.ParseUsage(start + description);

        Assert.Empty(usage.Records);
        Assert.Null(usage.Total);
    }

    [Fact]
    public void Every_beginning_of_a_listing_gives_whole_records_and_sums_only()
    {
        var blocks = CacheOutput.Text("v0.32.2", "22-du-v").Split("\n\n");
        var text = string.Join("\n\n", [.. blocks[..8], .. blocks[^8..]]);
        var whole = CacheOutput.ParseUsage(text);
        var facts = whole.Records.Select(CacheOutput.Facts).ToArray();
        var counts = new HashSet<int>();
        for (var length = 0; length <= text.Length; length++)
        {
            if (!BuildctlDiskUsage.TryParse(text[..length], out var usage))
                continue;
            counts.Add(usage.Records.Count);
            Assert.Equal(facts[..usage.Records.Count], usage.Records.Select(CacheOutput.Facts));
            Assert.True(usage.Total is null || usage.Total == whole.Total);
            Assert.True(usage.Reclaimable is null || usage.Reclaimable == whole.Reclaimable);
        }

        Assert.Equal(15, facts.Length);
        Assert.Equal(Enumerable.Range(0, facts.Length + 1), counts.Order());
    }

    [Fact]
    public void Every_beginning_of_a_table_gives_whole_rows_only()
    {
        var text = CacheOutput.Text("v0.32.2", "22-du-after").Replace("4.10kB\t", "4.10kB*\t", StringComparison.Ordinal);
        var whole = CacheOutput.ParseUsage(text);
        for (var length = "ID\t\t\t\t\t\t\t\t\tRECLAIMABLE\t".Length; length <= text.Length; length++)
        {
            var records = CacheOutput.ParseUsage(text[..length]).Records;
            Assert.Equal(whole.Records.Take(records.Count), records);
        }

        Assert.Equal(11, whole.Records.Count);
        Assert.True(whole.Records[0].Shared);
    }

    [Theory]
    [InlineData("22-du")]
    [InlineData("22-du-v")]
    [InlineData("22-du-json")]
    [InlineData("22-prune-v")]
    [InlineData("00-workers-v")]
    [InlineData("00-workers-json")]
    public void Damaged_output_is_read_without_an_exception(string file)
    {
        const string Damage = "\t\n\r :*;/.,-+019eB\"{}[]\\\ud800\u0000é";
        var text = CacheOutput.Text("v0.32.2", file)[..1000];
        var random = new Random(file.Length);
        for (var run = 0; run < 2000; run++)
        {
            var damaged = text.ToCharArray();
            for (var count = random.Next(1, 6); count > 0; count--)
                damaged[random.Next(damaged.Length)] = Damage[random.Next(Damage.Length)];
            var output = new string(damaged);
            _ = BuildctlDiskUsage.TryParse(output, out _);
            _ = BuildctlPrune.TryParse(output, out _);
            Assert.DoesNotContain(null, BuildctlWorkers.Parse(output));
        }
    }

    [Fact]
    public void Sums_of_sizes_that_cannot_be_are_not_known()
    {
        const string Record = """{"id":"a","mutable":false,"inUse":false,"size":9223372036854775807,"shared":false}""";

        Assert.Equal(long.MaxValue, CacheOutput.ParseUsage(Record).Total);
        Assert.Null(CacheOutput.ParseUsage($"[{Record},{Record}]").Total);
    }

    [Theory]
    [InlineData("2026-11-24 11:41:44.420877981 +0000 UTC", "2026-11-24T11:41:44.4208779")]
    [InlineData("2026-11-24 11:41:44 +0000 UTC", "2026-11-24T11:41:44")]
    [InlineData("2026-11-24 11:41:44.5 +0200 CEST m=+0.001234567", "2026-11-24T09:41:44.5")]
    [InlineData("2026-11-24 11:41:44.5 -0330 -0330", "2026-11-24T15:11:44.5")]
    [InlineData("2026-11-24 11:41:44.5 +0000 UTC m=-12.5", "2026-11-24T11:41:44.5")]
    [InlineData("0001-01-01 00:00:00 +0000 UTC", null)]
    [InlineData("2026-13-24 11:41:44 +0000 UTC", null)]
    [InlineData("2026-11-24 11:41:44", null)]
    [InlineData("2026-11-24 11:41:44 +00é0 UTC", null)]
    [InlineData("<nil>", null)]
    [InlineData("", null)]
    public void Times_are_those_of_Go(string text, string? utc) =>
        Assert.Equal(utc is null ? null : Utc(utc), BuildctlQuantity.Time(text));

    private static DateTimeOffset Utc(string time) =>
        DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
