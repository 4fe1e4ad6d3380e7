using System.Globalization;
using System.Text;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

/// <summary>
/// Damaged recordings and random text: no exception, no byte lost, the same events for every split, no memory that grows
/// with the input. The environment variable <c>DOCKERARCHIVE_FUZZ_MB</c> sets how much is tried (20 MB without it) and
/// <c>DOCKERARCHIVE_FUZZ_SEED</c> the start.
/// </summary>
[Collection(nameof(FuzzTests))]
public sealed class FuzzTests
{
    private const int MaxLength = 60_000;

    private static readonly string[] Words =
    [
        "\n", "\n", "\n\n", "#1 ", "#1 ", "#1 ", "#2 ", "#0 ", "#999999999 ", "#9999999999 ", "0.123 ", "1234. ", "-0.50 ", "...",
        "DONE 0.1s", "DONE", "CACHED", "CANCELED", "ERROR: x", "WARN: A: b (line 3)", "      digest: sha256:00", "        name: \"a\\n\\x41\\",
        "        name: \"a\"", "     started: 2026-11-24 11:24:58.59238573 +0000 UTC", "   completed: 2026-11-24 11:24:58.6 +0000 UTC",
        "    duration: 1m2.5s", "      cached: true", "       error: \"context canceled\"", "------", "--------------------", " > a:", "Dockerfile:3",
        "   3 | >>> RUN x", "error: failed to solve: x", "{", "}", "}{", "{\"vertexes\":[{\"digest\":\"a\",\"name\":\"b\",\"started\":\"2026-11-24T11:41:10.9Z\"}]}",
        "{\"logs\":[{\"vertex\":\"a\",\"data\":\"aGkK\"}]}", "\"statuses\": [", "{\"", "sha256:", " 12.43MB / 49.88MB 1.0s done", "\r", "\r\n", "\0", "\u001b[33m1 warning found:",
        " - Rule: text (line 9)", "time=\"x\" level=info", "[1/2] RUN a", "\ufffd", "9999999999999999999EB", "exporting to image",
    ];

    [Fact]
    public void Damaged_recordings_and_random_text_lose_nothing_and_throw_nothing()
    {
        long budget = Setting("DOCKERARCHIVE_FUZZ_MB", 20) * 1_000_000;
        int seed = (int)Setting("DOCKERARCHIVE_FUZZ_SEED", 1);
        byte[][] seeds = [.. Recording.All.SelectMany(Recording.Of).SelectMany(run => new[] { run.Stdout, run.Stderr, run.Trace ?? [] })
            .Where(bytes => bytes.Length > 0)];
        var endless = new ProgressParser(new Nothing());
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (; budget > 0; seed++)
        {
            var random = new Random(seed);
            byte[] input = random.Next(4) == 0 ? RandomText(random) : Damage(seeds[random.Next(seeds.Length)], random);
            Try(input, random, seed);
            endless.Write(input);
            budget -= input.Length;
        }

        // A parser that has read all of it holds a line, and a number for each step that JSON has told of: 1 MB after 20 MB of
        // input, 3 MB after 200. One that kept its input would be far beyond this.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8_000_000);
        endless.Complete();
    }

    private static void Try(byte[] input, Random random, int seed)
    {
        try
        {
            EventDigest whole = EventDigest.Of(input, () => int.MaxValue);
            EventDigest split = EventDigest.Of(input, () => random.Next(1, 200));
            Assert.True(whole.IsConserved && split.IsConserved, "bytes were lost");
            Assert.Equal(whole.Fields, split.Fields);
            var tracker = new BuildTracker();
            EventDigest.Feed(tracker, input, () => int.MaxValue);
            _ = tracker.ToResult();
            Assert.All(EventLog.Of(input), told => _ = told.ToString());
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"), error);
        }
    }

    private static byte[] RandomText(Random random)
    {
        var text = new List<byte>();
        int length = random.Next(1, 4000);
        while (text.Count < length)
        {
            if (random.Next(6) > 0)
            {
                text.AddRange(Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)]));
                continue;
            }

            byte[] noise = new byte[random.Next(1, 40)];
            random.NextBytes(noise);
            text.AddRange(noise);
        }

        return [.. text];
    }

    private static byte[] Damage(byte[] recording, Random random)
    {
        int start = recording.Length <= MaxLength || random.Next(2) == 0 ? 0 : random.Next(recording.Length - MaxLength);
        var text = new List<byte>(recording.Skip(start).Take(MaxLength));
        for (int count = random.Next(1, 12); count > 0 && text.Count > 1; count--)
        {
            int at = random.Next(text.Count);
            int length = Math.Min(random.Next(1, 300), text.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    text[at] = (byte)random.Next(256);
                    break;
                case 1:
                    text.RemoveRange(at, length);
                    break;
                case 2:
                    text.InsertRange(random.Next(text.Count), text.GetRange(at, length));
                    break;
                case 3:
                    text.InsertRange(at, Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)]));
                    break;
                case 4:
                    int newline = text.IndexOf((byte)'\n', at);
                    if (newline >= 0)
                        text.RemoveAt(newline);
                    break;
                default:
                    text.RemoveRange(at, random.Next(8) == 0 ? text.Count - at : length);
                    break;
            }
        }

        return [.. text];
    }

    private static long Setting(string name, long otherwise) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out long value) ? value : otherwise;

    private sealed class Nothing : IBuildEventSink
    {
        public void Accept(scoped in BuildToken token)
        {
        }
    }
}

/// <summary>Memory can be measured only while nothing else runs.</summary>
[CollectionDefinition(nameof(FuzzTests), DisableParallelization = true)]
public sealed class Alone;
