using System.Security.Cryptography;

namespace DockerArchive.Tests.Buildkit;

/// <summary>Properties that hold for every input: no byte is lost, and pieces make no difference.</summary>
public sealed class ConservationTests
{
    public static TheoryData<string> Versions() => [.. Recording.Versions];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Raw_bytes_of_the_events_are_the_input(string version)
    {
        foreach (byte[] input in Recording.Of(version).SelectMany(run => new[] { run.Stdout, run.Stderr }))
        {
            EventDigest digest = EventDigest.Of(input, () => int.MaxValue);
            Assert.Equal(Convert.ToHexString(SHA256.HashData(input)), digest.Raw);
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Events_are_the_same_however_the_input_is_split(string version)
    {
        var random = new Random(20261124);
        foreach (byte[] input in Recording.Of(version).SelectMany(run => new[] { run.Stdout, run.Stderr }))
        {
            string whole = EventDigest.Of(input, () => int.MaxValue).Fields;
            Assert.Equal(whole, EventDigest.Of(input, () => 1).Fields);
            Assert.Equal(whole, EventDigest.Of(input, () => 4096).Fields);
            Assert.Equal(whole, EventDigest.Of(input, () => random.Next(1, 80)).Fields);
        }
    }
}
