using System.Formats.Tar;
using DockerArchive.Buildkit;

namespace DockerArchive.Tests.Buildkit;

public sealed class BuildContextTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private async Task<Dictionary<string, TarEntry>> TarAsync(string? dockerfile = null)
    {
        using var stream = new MemoryStream();
        var context = BuildContext.Open(_directory.Path, dockerfile);
        var manifest = await context.ReadAsync(TestContext.Current.CancellationToken);
        context.WriteTar(stream, manifest, manifest.Entries, _ => { });
        stream.Position = 0;
        var entries = new Dictionary<string, TarEntry>();
        await using var reader = new TarReader(stream);
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
            entries.Add(entry.Name, entry);
        return entries;
    }

    [Fact]
    public async Task The_context_goes_without_what_is_ignored_and_the_Dockerfile_apart()
    {
        _directory.Write("Dockerfile", "FROM scratch\n");
        _directory.Write(".dockerignore", "*.log\nDockerfile\nnode_modules\n!node_modules/keep\n");
        _directory.Write("a.txt", "a");
        _directory.Write("a.log", "x");
        _directory.Write("node_modules/drop", "x");
        _directory.Write("node_modules/keep", "x");
        _directory.Write("empty/.keep", "");

        Assert.Equal(
            ["context", "context/.dockerignore", "context/a.txt", "context/empty", "context/empty/.keep", "context/node_modules",
                "context/node_modules/keep", "dockerfile", "dockerfile/Dockerfile", "manifest"],
            (await TarAsync()).Keys.Select(k => k.TrimEnd('/')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_Dockerfiles_own_ignore_file_comes_first()
    {
        var dockerfile = _directory.Write("my.Dockerfile", "FROM scratch\n");
        _directory.Write("my.Dockerfile.dockerignore", "b.txt\n");
        _directory.Write(".dockerignore", "a.txt\n");
        _directory.Write("a.txt", "a");
        _directory.Write("b.txt", "b");

        var entries = await TarAsync(dockerfile);
        Assert.Contains("context/a.txt", entries.Keys);
        Assert.DoesNotContain("context/b.txt", entries.Keys);
        Assert.Contains("dockerfile/my.Dockerfile", entries.Keys);
    }

    [Fact]
    public async Task Links_stay_links_and_sockets_are_left_out()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs Unix file types");
        _directory.Write("Dockerfile", "FROM scratch\n");
        File.CreateSymbolicLink(Path.Combine(_directory.Path, "link"), "../outside");
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(_directory.Path, "socket")));

        var entries = await TarAsync();
        Assert.Equal(TarEntryType.SymbolicLink, entries["context/link"].EntryType);
        Assert.Equal("../outside", entries["context/link"].LinkName);
        Assert.DoesNotContain("context/socket", entries.Keys);
    }

    [Fact]
    public async Task A_file_that_changes_after_it_was_read_is_no_part_of_a_context()
    {
        _directory.Write("Dockerfile", "FROM scratch\n");
        var file = _directory.Write("a", "one");
        var context = BuildContext.Open(_directory.Path, null);
        var manifest = await context.ReadAsync(TestContext.Current.CancellationToken);
        var time = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, "two");
        File.SetLastWriteTimeUtc(file, time);

        Assert.Throws<ContextChangedException>(() => context.WriteTar(Stream.Null, manifest, manifest.Entries, _ => { }));
        Assert.NotEqual(manifest.Digest, (await context.ReadAsync(TestContext.Current.CancellationToken)).Digest);
    }

    [Theory]
    [InlineData("missing", null, "ContextNotFound")]
    [InlineData("file", null, "ContextNotFound")]
    [InlineData("", null, "DockerfileNotFound")]
    [InlineData("", "other.Dockerfile", "DockerfileNotFound")]
    public void What_does_not_exist_is_named_before_anything_is_sent(string context, string? dockerfile, string errorId)
    {
        _directory.Write("file", "");
        var path = Path.Combine(_directory.Path, context);
        var error = Assert.Throws<ArchiveException>(
            () => BuildContext.Open(path, dockerfile is null ? null : Path.Combine(_directory.Path, dockerfile)));

        Assert.Equal(errorId, error.ErrorId);
        Assert.Contains(dockerfile ?? path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_ignore_file_is_named_with_its_line()
    {
        _directory.Write("Dockerfile", "");
        var file = _directory.Write(".dockerignore", "a\n[\n");

        var error = Assert.Throws<ArchiveException>(() => BuildContext.Open(_directory.Path, null));
        Assert.Equal("DockerIgnoreInvalid", error.ErrorId);
        Assert.StartsWith($"{file}:2: ", error.Message, StringComparison.Ordinal);
    }
}
