using System.Diagnostics;
using DockerArchive.Systemd;

namespace DockerArchive.Tests.Systemd;

public sealed class LogrusTextTests
{
    private const string FoundWorker =
        """
        time="2025-08-27T02:21:04Z" level=info msg="found worker \"op3x6okojmvz6qmnaoozn699f\", labels=map[org.mobyproject.buildkit.worker.hostname:buildkit-0-4-0 org.mobyproject.buildkit.worker.executor:oci org.mobyproject.buildkit.worker.snapshotter:overlayfs], platforms=[linux/amd64 linux/386]"
        """;

    [Fact]
    public void The_found_worker_line_has_its_labels_inside_the_message()
    {
        var line = Parse(FoundWorker);

        Assert.Equal(new DateTimeOffset(2025, 8, 27, 2, 21, 4, TimeSpan.Zero), line.Time);
        Assert.Equal(LogrusLevel.Info, line.Level);
        Assert.StartsWith("found worker \"op3x6okojmvz6qmnaoozn699f\", ", line.Message, StringComparison.Ordinal);
        var labels = Assert.IsAssignableFrom<IReadOnlyDictionary<string, object?>>(line.Attributes["labels"]);
        Assert.Equal(3, labels.Count);
        Assert.Equal("buildkit-0-4-0", labels["org.mobyproject.buildkit.worker.hostname"]);
        Assert.Equal("oci", labels["org.mobyproject.buildkit.worker.executor"]);
        Assert.Equal(["linux/amd64", "linux/386"], (string[])line.Attributes["platforms"]!);
    }

    [Fact]
    public void Version_0_3_does_not_escape_quotes_and_ends_in_a_blank()
    {
        var line = Parse(
            "time=\"2026-11-24T11:43:44Z\" level=info msg=\"found worker \"o4ky\", labels=map[a.b:oci c:vm], " +
            "platforms=[linux/amd64]\" ");

        Assert.Equal("found worker \"o4ky\", labels=map[a.b:oci c:vm], platforms=[linux/amd64]", line.Message);
        Assert.Equal(["linux/amd64"], (string[])line.Attributes["platforms"]!);
        Assert.Equal("o4ky", Parse("level=info msg=\"found 1 workers, default=\"o4ky\"\" ").Attributes["default"]);
        Assert.Equal(@"C:\new", Parse("level=info msg=\"C:\\new\" ").Message);
    }

    [Fact]
    public void The_first_line_of_a_message_of_version_0_3_is_a_message()
    {
        var line = Parse(
            "time=\"2026-11-24T11:43:58Z\" level=error " +
            "msg=\"/moby.buildkit.v1.Control/Solve returned error: exit code: 7");

        Assert.Equal("/moby.buildkit.v1.Control/Solve returned error: exit code: 7", line.Message);
    }

    [Fact]
    public void Escapes_of_Go_are_undone()
    {
        var line = Parse(
            """level=warning msg="a \"b\" \\ \t\n \u00e9 \U0001f600 \x1b[0m \xff\xc3\xa9 \a\303\251 \q" error="say \"x=y\" now" n=5""");

        Assert.Equal("a \"b\" \\ \t\n é 😀 \u001b[0m \ufffdé \aé \\q", line.Message);
        Assert.Equal("say \"x=y\" now", line.Attributes["error"]);
        Assert.Equal("5", line.Attributes["n"]);
    }

    [Fact]
    public void Pairs_behind_the_message_are_attributes()
    {
        var line = Parse(
            """time="2026-11-24T11:40:00+01:00" level=info msg="trying next host" host="localhost:5000" spanID=b21 span="[2/2] RUN a=b" graphdriver(s)=overlay2 empty= last=""");

        Assert.Equal(new DateTimeOffset(2026, 11, 24, 10, 40, 0, TimeSpan.Zero), line.Time);
        Assert.Equal(TimeSpan.Zero, line.Time!.Value.Offset);
        Assert.Equal(
            ["host", "spanID", "span", "graphdriver(s)", "empty", "last"], line.Attributes.Keys);
        Assert.Equal("[2/2] RUN a=b", line.Attributes["span"]);
        Assert.Equal("", line.Attributes["empty"]);
        Assert.Equal("", line.Attributes["last"]);
    }

    [Fact]
    public void Attributes_in_the_message_never_replace_those_of_the_line()
    {
        var line = Parse("""level=info msg="x, level=panic, host=evil, time=never" host=good level=fatal""");

        Assert.Equal(LogrusLevel.Info, line.Level);
        Assert.Equal("good", line.Attributes["host"]);
        Assert.Null(line.Time);
        Assert.Equal("x, level=panic, host=evil, time=never", line.Message);
    }

    [Theory]
    [InlineData("a, b=c and more")]
    [InlineData("a, b=c, then more")]
    [InlineData("run a=b c=d")]
    [InlineData("a, b=[c")]
    [InlineData("a, b=\"c")]
    [InlineData(", b=")]
    [InlineData("a, ")]
    public void Prose_with_equals_signs_is_no_attribute(string message) =>
        Assert.Empty(Parse($"level=info msg={Quote(message)}").Attributes);

    [Fact]
    public void Maps_and_lists_are_nested()
    {
        var line = Parse(
            "level=debug msg=x request.headers=map[Accept:[a, b, *] Date:[Tue, 24 Nov] X:map[y:[] z:]] list=[[a b] map[c:d]] time=y");

        var headers = (IReadOnlyDictionary<string, object?>)line.Attributes["request.headers"]!;
        Assert.Equal(["a,", "b,", "*"], (string[])headers["Accept"]!);
        var nested = (IReadOnlyDictionary<string, object?>)headers["X"]!;
        Assert.Empty((string[])nested["y"]!);
        Assert.Equal("", nested["z"]);
        var list = (object[])line.Attributes["list"]!;
        Assert.Equal(["a", "b"], (string[])list[0]);
        Assert.Equal("d", ((IReadOnlyDictionary<string, object?>)list[1])["c"]);
    }

    [Theory]
    [InlineData("map[k:two words k2:v]", "k", "two words")]
    [InlineData("map[k:a  b c]", "k", "a  b c")]
    [InlineData("map[url:http://x/y?z=[1]]", "url", "http://x/y?z=[1]")]
    [InlineData("map[k:[a b]c d]", "k", "[a b]c d")]
    public void A_value_of_a_map_may_hold_blanks(string text, string key, string value) =>
        Assert.Equal(value, ((IReadOnlyDictionary<string, object?>)GoText.Value(text))[key]);

    [Theory]
    [InlineData("map[")]
    [InlineData("map[a]")]
    [InlineData("map[a:b")]
    [InlineData("map[a:b] tail")]
    [InlineData("[a")]
    [InlineData("[a [b]")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public void What_is_no_whole_map_or_list_is_text(string text) => Assert.Equal(text, GoText.Value(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("buildkitd: context canceled")]
    [InlineData("panic: runtime error: index out of range [-1]")]
    [InlineData("time=5 seconds")]
    [InlineData("level=loud msg=x")]
    [InlineData(" level=info msg=x")]
    [InlineData("time=\"level=info\"")]
    [InlineData("goroutine 1 [running]: level=info msg=x")]
    public void Other_text_gives_false(string? text) => Assert.False(LogrusText.TryParse(text, out _));

    [Theory]
    [InlineData("v0.3.0")]
    [InlineData("v0.4.0")]
    [InlineData("v0.12.4")]
    [InlineData("v0.32.2")]
    public void Every_line_of_a_daemons_log_that_starts_as_logrus_is_read(string version)
    {
        var lines = GuestData.Text("buildkitd", $"{version}.log").Split('\n');

        foreach (var line in lines.Where(line => line.StartsWith("time=\"", StringComparison.Ordinal)))
        {
            var parsed = Parse(line);
            Assert.NotNull(parsed.Time);
            Assert.False(string.IsNullOrEmpty(parsed.Message));
        }

        var worker = Parse(lines.First(line => line.Contains("found worker", StringComparison.Ordinal)));
        var labels = (IReadOnlyDictionary<string, object?>)worker.Attributes["labels"]!;
        Assert.Equal("vm", labels["org.mobyproject.buildkit.worker.hostname"]);
        Assert.Equal("linux/amd64", ((string[])worker.Attributes["platforms"]!)[0]);
    }

    [Theory]
    [InlineData("2025-08-27T02:21:04.123456789Z", "2025-08-27T02:21:04.1234567+00:00")]
    [InlineData("2025-08-27T02:21:04.5+02:00", "2025-08-27T00:21:04.5000000+00:00")]
    [InlineData("yesterday", null)]
    public void Newer_daemons_write_nanoseconds(string time, string? expected) =>
        Assert.Equal(expected, Parse($"time=\"{time}\" level=info msg=x").Time?.ToString("O"));

    [Theory]
    [InlineData("k=[ ")]
    [InlineData("map[a:")]
    [InlineData("[ ")]
    [InlineData("[x]y")]
    [InlineData(" b")]
    [InlineData("  ")]
    [InlineData("\" ")]
    [InlineData("\"a")]
    [InlineData(", a=[")]
    [InlineData(", a=b")]
    [InlineData(", a=\"b\"")]
    [InlineData("\\")]
    [InlineData("\\xff")]
    public void Long_hostile_text_takes_linear_time(string piece)
    {
        var hostile = string.Concat(Enumerable.Repeat(piece, 250_000 / piece.Length));
        var clock = Stopwatch.StartNew();
        foreach (var start in new[] { "level=info msg=", "level=info msg=\"", "level=info k=map[a:b ", "level=info k=[" })
        {
            foreach (var end in new[] { "", "\"", "]", " x y", "\" " })
                _ = LogrusText.TryParse(start + hostile + end, out _);
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{piece}: {clock.Elapsed}");
    }

    private static LogrusText Parse(string line)
    {
        Assert.True(LogrusText.TryParse(line, out var parsed));
        return parsed;
    }

    private static string Quote(string text) => $"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
