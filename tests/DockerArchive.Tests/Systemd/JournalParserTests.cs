using System.Diagnostics;
using System.Text;
using System.Text.Json;
using DockerArchive.Systemd;

namespace DockerArchive.Tests.Systemd;

public sealed class JournalParserTests
{
    [Fact]
    public void An_entry_has_the_journals_own_fields()
    {
        var entry = JournalParser.ParseLines(GuestData.Bytes("guest", GuestData.Debian12, "01-running.journal.json"))[1];

        Assert.Equal(new DateTimeOffset(2026, 11, 24, 12, 5, 10, TimeSpan.Zero).AddMicroseconds(565406), entry.Time);
        Assert.Equal("buildkit.service", entry.Unit);
        Assert.Equal("buildkitd", entry.Identifier);
        Assert.Equal(239, entry.Pid);
        Assert.Equal(JournalPriority.Info, entry.Priority);
        Assert.Equal("buildkit-0-4-0", entry.Host);
        Assert.Equal("833100c194764c25b9c3d2bd9f1e4c71", entry.BootId);
        Assert.StartsWith("s=ae76a727505f43bea6a5a3c136afa9c8;i=20f;", entry.Cursor, StringComparison.Ordinal);
        Assert.Equal("/usr/local/bin/buildkitd", entry.Fields["_CMDLINE"]);
        Assert.Equal("unconfined\n", entry.Fields["_SELINUX_CONTEXT"]);
        Assert.Equal(LogrusLevel.Warning, entry.Level);
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 12, 5, 10, TimeSpan.Zero), entry.LogTime);
        Assert.StartsWith("git source cannot be enabled", entry.LogMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void What_systemd_says_about_a_unit_belongs_to_that_unit()
    {
        var entries = JournalParser.ParseLines(GuestData.Bytes("guest", GuestData.Debian12, "01-running.journal.json"));

        Assert.Equal(7, entries.Count);
        Assert.All(entries, entry => Assert.Equal("buildkit.service", entry.Unit));
        Assert.Equal("39f53479d3a045ac8e11786248231fbf", entries[0].MessageId);
        Assert.Null(entries[0].Level);
        Assert.Empty(entries[0].Attributes);
    }

    [Fact]
    public void A_message_that_is_not_printable_text_comes_as_bytes()
    {
        var entries = JournalParser.ParseLines(GuestData.Bytes("guest", GuestData.Debian12, "08-hostile.json"));

        Assert.Equal(20, entries.Count);
        Assert.Equal("ansi \u001b[31mred\u001b[0m tab\there", entries[12].Message);
        Assert.Equal("bad utf8 \ufffd\ufffd end", entries[13].Message);
        Assert.Equal([.. "bad utf8 "u8, 255, 254, .. " end"u8], (byte[])entries[13].Fields["MESSAGE"]!);
        Assert.Null(entries[16].Message);
        Assert.Null(entries[16].Fields["MESSAGE"]);
        Assert.Equal(new object[] { "bark", "bark again" }, (object[])entries[19].Fields["DOGS"]!);
        Assert.Equal(JournalPriority.Warning, entries[19].Priority);
    }

    [Fact]
    public void With_all_a_long_message_is_whole()
    {
        var entries = JournalParser.ParseLines(GuestData.Bytes("guest", GuestData.Debian12, "08-hostile.json-all"));

        Assert.Equal(48 * 1024, entries[16].Message!.Length);
    }

    [Fact]
    public void Several_messages_of_one_entry_are_joined()
    {
        var entry = Parse("""{"MESSAGE":["one",[116,119,111],null,"three"],"__REALTIME_TIMESTAMP":"1"}""");

        Assert.Equal("one\ntwo\n\nthree", entry.Message);
        var values = (object?[])entry.Fields["MESSAGE"]!;
        Assert.Equal("one", values[0]);
        Assert.Equal("two"u8.ToArray(), values[1]);
        Assert.Null(values[2]);
    }

    [Fact]
    public void Only_systemd_speaks_for_another_unit()
    {
        var entry = Parse(
            """{"__REALTIME_TIMESTAMP":"1","UNIT":"buildkit.service","_SYSTEMD_UNIT":"evil.service","_PID":"777"}""");

        Assert.Equal("evil.service", entry.Unit);
    }

    [Fact]
    public void Fields_named_like_ours_change_nothing()
    {
        var entry = Parse("""
            {"__REALTIME_TIMESTAMP":"1000001","MESSAGE":"hello","TIME":"2","CURSOR":"x","LEVEL":"fatal","PID":"1",
            "Message":"no","LOGMESSAGE":"no","FIELDS":{"a":["b"]},"UNIT":["a","b"],"_PID":["5","6"],"PRIORITY":"99",
            "level":"panic"}
            """);

        Assert.Equal(DateTimeOffset.UnixEpoch.AddMicroseconds(1000001), entry.Time);
        Assert.Equal("hello", entry.Message);
        Assert.Null(entry.Level);
        Assert.Null(entry.Cursor);
        Assert.Null(entry.Pid);
        Assert.Null(entry.Priority);
        Assert.Null(entry.Unit);
        Assert.Equal("fatal", entry.Fields["LEVEL"]);
    }

    [Theory]
    [InlineData("\\ud800 lone", "\ufffd lone")]
    [InlineData("pair \\ud83d\\ude00 \\n", "pair 😀 \n")]
    [InlineData("mixed \\udc00\\t\\\"\\u0041\\/", "mixed \ufffd\t\"A/")]
    public void Halves_of_surrogate_pairs_are_replaced(string escaped, string expected) =>
        Assert.Equal(expected, Parse($$"""{"MESSAGE":"{{escaped}}","__REALTIME_TIMESTAMP":"1"}""").Message);

    [Fact]
    public void Bytes_that_are_no_utf8_are_replaced()
    {
        byte[] line = [.. "{\"MESSAGE\":\"a"u8, 0xff, .. "\\tb\",\"X\":\""u8, 0xc3, .. "\",\"__REALTIME_TIMESTAMP\":\"1\"}"u8];

        Assert.True(JournalParser.TryParse(line, out var entry));
        Assert.Equal("a\ufffd\tb", entry.Message);
        Assert.Equal("\ufffd", entry.Fields["X"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("-- No entries --")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"MESSAGE\"")]
    [InlineData("{\"MESSAGE\":\"no time\"}")]
    [InlineData("{\"__REALTIME_TIMESTAMP\":\"x\"}")]
    [InlineData("{\"__REALTIME_TIMESTAMP\":\"18446744073709551615\"}")]
    [InlineData("{\"__REALTIME_TIMESTAMP\":\"1\"} trailing")]
    [InlineData("{\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":\"cut o")]
    [InlineData("{\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":\"\\q\"}")]
    public void A_line_that_is_no_entry_gives_false(string line) =>
        Assert.False(JournalParser.TryParse(Encoding.UTF8.GetBytes(line), out _));

    [Fact]
    public void Every_cut_of_a_line_is_no_entry_and_no_exception()
    {
        var line = GuestData.Bytes("guest", GuestData.Debian12, "01-running.journal.json").AsSpan();
        line = line[..line.IndexOf((byte)'\n')];
        for (var length = 0; length < line.Length; length++)
            Assert.False(JournalParser.TryParse(line[..length], out _));
        Assert.True(JournalParser.TryParse(line, out _));
    }

    [Fact]
    public void Any_bytes_are_no_exception()
    {
        var random = new Random(1);
        var line = GuestData.Bytes("guest", GuestData.Debian12, "01-running.journal.json").AsSpan(0, 1200).ToArray();
        for (var run = 0; run < 5000; run++)
        {
            var copy = line.ToArray();
            for (var change = 0; change < 8; change++)
                copy[random.Next(copy.Length)] = (byte)random.Next(256);
            if (JournalParser.TryParse(copy, out var entry))
                _ = (entry.Fields, entry.Level);
        }
    }

    /// <summary>The scanner is our own; the reader of .NET is the oracle of what is JSON and what it says.</summary>
    [Theory]
    [InlineData("08-hostile.json")]
    [InlineData("04-stopped.journal.json")]
    public void The_scanner_takes_what_a_reader_of_JSON_takes(string recorded)
    {
        var random = new Random(2);
        var lines = GuestData.Text("guest", GuestData.Debian12, recorded).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(Encoding.UTF8.GetBytes).ToArray();
        ReadOnlySpan<byte> telling = "\"\\,:{}[]u0 \t\r\u0001a\u0080"u8;
        var taken = 0;
        for (var run = 0; run < 20_000; run++)
        {
            var line = lines[random.Next(lines.Length)].ToArray();
            for (var change = random.Next(3); change > 0; change--)
                line[random.Next(line.Length)] = telling[random.Next(telling.Length)];

            var members = Members(line);
            Assert.Equal(Oracle(line), members);
            taken += members is null ? 0 : 1;
        }

        Assert.InRange(taken, 5_000, 19_000);

        static List<string>? Members(byte[] line)
        {
            try
            {
                var found = new List<string>();
                var members = new JsonMembers(line);
                while (members.MoveNext())
                    found.Add(Convert.ToHexString(members.Name) + "=" + Convert.ToHexString(line[members.ValueAt]));
                return found;
            }
            catch (JsonException)
            {
                return null;
            }
        }

        static List<string>? Oracle(byte[] line)
        {
            try
            {
                var found = new List<string>();
                var reader = new Utf8JsonReader(line);
                if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                    return null;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = Convert.ToHexString(reader.ValueSpan);
                    reader.Read();
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    found.Add(name + "=" + Convert.ToHexString(line[start..(int)reader.BytesConsumed]));
                }

                return reader.Read() ? null : found;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    [Fact]
    public void Deep_nesting_and_great_length_are_no_exception()
    {
        Assert.False(JournalParser.TryParse(
            Encoding.UTF8.GetBytes("{\"X\":" + new string('[', 1_000_000)), out _));
        var text = new string('x', 1_000_000);
        Assert.Equal(text, Parse($$"""{"MESSAGE":"{{text}}","__REALTIME_TIMESTAMP":"1"}""").Message);
    }

    [Fact]
    public void Twenty_thousand_entries_take_seconds_at_most()
    {
        var output = GuestData.Bytes("guest", GuestData.Debian12, "01-running.journal.json");
        var clock = Stopwatch.StartNew();
        var entries = 0;
        while (entries < 20_000)
            entries += JournalParser.ParseLines(output).Count;

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{entries} entries took {clock.Elapsed}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{clock.Elapsed / entries * 1000} a thousand entries");
    }

    private static JournalEntry Parse(string line)
    {
        Assert.True(JournalParser.TryParse(Encoding.UTF8.GetBytes(line), out var entry));
        return entry;
    }
}
