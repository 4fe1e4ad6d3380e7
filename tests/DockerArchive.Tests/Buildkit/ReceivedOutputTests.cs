using System.Formats.Tar;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

public sealed class ReceivedOutputTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Destination => Path.Combine(_directory.Path, "out");

    public void Dispose() => _directory.Dispose();

    private static async Task<byte[]> TarAsync(params TarEntry[] entries)
    {
        using var stream = new MemoryStream();
        await using (var writer = new TarWriter(stream, leaveOpen: true))
        {
            foreach (var entry in entries)
                await writer.WriteEntryAsync(entry);
        }

        return stream.ToArray();
    }

    private static PaxTarEntry File1(string name, string text) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)) };

    [Fact]
    public async Task A_file_appears_only_when_it_is_whole()
    {
        File.WriteAllText(Destination, "before");
        await using (var cut = ReceivedOutput.ForFile(Destination))
            await cut.WriteAsync("half"u8.ToArray());
        Assert.Equal("before", File.ReadAllText(Destination));

        await using (var whole = ReceivedOutput.ForFile(Destination))
        {
            await whole.WriteAsync("all"u8.ToArray());
            await whole.CommitAsync(CancellationToken.None);
        }

        Assert.Equal("all", File.ReadAllText(Destination));
        Assert.Single(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task A_directory_is_added_to_and_an_interrupted_one_leaves_nothing()
    {
        _directory.Write("out/old", "old");
        _directory.Write("out/same", "old");
        var tar = await TarAsync(File1("same", "new"), File1("sub/deep", "x"));
        await using (var cut = ReceivedOutput.ForDirectory(Destination))
            await cut.WriteAsync(tar.AsMemory(0, 700));
        Assert.Equal("old", File.ReadAllText(Path.Combine(Destination, "same")));

        await using (var whole = ReceivedOutput.ForDirectory(Destination))
        {
            await whole.WriteAsync(tar);
            await whole.CommitAsync(CancellationToken.None);
        }

        Assert.Equal("new", File.ReadAllText(Path.Combine(Destination, "same")));
        Assert.Equal("old", File.ReadAllText(Path.Combine(Destination, "old")));
        Assert.Equal("x", File.ReadAllText(Path.Combine(Destination, "sub", "deep")));
        Assert.Single(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task A_guest_cannot_write_outside_the_destination()
    {
        var tar = await TarAsync(File1("../escaped", "x"));
        await using (var output = ReceivedOutput.ForDirectory(Destination))
        {
            await output.WriteAsync(tar);
            var error = await Assert.ThrowsAsync<ArchiveException>(() => output.CommitAsync(CancellationToken.None));
            Assert.Equal("OutputNotWritten", error.ErrorId);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }
}
