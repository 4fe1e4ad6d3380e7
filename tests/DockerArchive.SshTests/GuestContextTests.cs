using DockerArchive.Buildkit;

namespace DockerArchive.SshTests;

/// <summary>A build's context in a guest, and what of it goes over the wire.</summary>
public sealed class GuestContextTests : IClassFixture<SshdContainer>, IDisposable
{
    private readonly SshdContainer _container;
    private readonly CountingRelay _relay;
    private readonly string _directory = Directory.CreateTempSubdirectory("dockerarchive-context").FullName;
    private int _builds;

    public GuestContextTests(SshdContainer container)
    {
        _container = container;
        _relay = new CountingRelay(container.Port);
        Write("Dockerfile", "FROM scratch\n");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _relay.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task An_unchanged_context_costs_next_to_nothing()
    {
        var random = new Random(1);
        var content = new byte[1_000_000];
        for (var i = 0; i < 100; i++)
        {
            random.NextBytes(content);
            Directory.CreateDirectory(Path.Combine(_directory, $"d{i % 10}"));
            File.WriteAllBytes(Path.Combine(_directory, $"d{i % 10}", $"f{i}"), content);
        }

        using var guest = await ConnectAsync();
        await PlaceAsync(guest);
        var first = _relay.Bytes;
        var build = await PlaceAsync(guest);
        var bytes = _relay.Bytes - first;

        Assert.InRange(first, 100_000_000, 110_000_000);
        Assert.InRange(bytes, 1, 100_000);
        Assert.Equal(Local(), Guest(build));
    }

    [Fact]
    public async Task Only_what_changed_is_sent_and_the_guest_sees_exactly_what_is_here()
    {
        Write("big", new string('x', 5_000_000));
        Write("same-size", "one");
        Write("sub/gone", "x");
        Write("was-file", "x");
        Write("was-directory/x", "x");
        Directory.CreateDirectory(Path.Combine(_directory, "empty"));
        File.CreateSymbolicLink(Path.Combine(_directory, "link"), "sub/gone");
        using var guest = await ConnectAsync();
        var before = await PlaceAsync(guest);
        var old = Guest(before);

        var time = File.GetLastWriteTimeUtc(Path.Combine(_directory, "same-size"));
        Write("same-size", "two");
        File.SetLastWriteTimeUtc(Path.Combine(_directory, "same-size"), time);
        File.Delete(Path.Combine(_directory, "sub", "gone"));
        File.Delete(Path.Combine(_directory, "was-file"));
        Write("was-file/x", "x");
        Directory.Delete(Path.Combine(_directory, "was-directory"), recursive: true);
        Write("was-directory", "x");
        Write("a 'strange' *name*\nwith a newline", "x");
        Cli.Run("chmod", "500", Path.Combine(_directory, "big"));
        Cli.Run("chmod", "700", Path.Combine(_directory, "empty"));
        File.Delete(Path.Combine(_directory, "link"));
        File.CreateSymbolicLink(Path.Combine(_directory, "link"), "/etc");
        var after = await PlaceAsync(guest);

        Assert.Equal(Local(), Guest(after));
        Assert.Equal(old, Guest(before));
        Write("Dockerfile", "FROM other\n");
        var sent = _relay.Bytes;
        await PlaceAsync(guest);
        Assert.InRange(_relay.Bytes - sent, 1, 100_000);
    }

    [Fact]
    public async Task Builds_at_once_each_see_one_state()
    {
        using var guest = await ConnectAsync();
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 200; i++)
                Write($"f{i}", $"{round}");
            await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                var build = await PlaceAsync(guest);
                Assert.Equal($"{round}\n", _container.Inside($"cd {build}/context && for f in f*; do cat $f; echo; done | sort -u"));
            }));
        }
    }

    [Fact]
    public async Task A_sending_that_is_cut_off_leaves_nothing_that_counts_as_kept()
    {
        Write("a", new string('a', 30_000_000));
        Write("b", "b");
        var guest = await ConnectAsync();
        var sending = PlaceAsync(guest);
        while (_relay.Bytes < 5_000_000)
            await Task.Delay(1, Token);
        _relay.Cut();
        await Assert.ThrowsAsync<GuestConnectionLostException>(() => sending);
        guest.Dispose();

        using var second = await ConnectAsync();
        Assert.Equal(Local(), Guest(await PlaceAsync(second)));
    }

    [Fact]
    public async Task A_guest_that_lost_what_it_had_gets_all()
    {
        Write("a", "a");
        using var guest = await ConnectAsync();
        await PlaceAsync(guest);
        _container.Inside("rm -rf /tmp/dockerarchive-0");

        Assert.Equal(Local(), Guest(await PlaceAsync(guest)));
    }

    [Fact]
    public async Task One_context_is_kept_for_each_of_the_last_four_directories()
    {
        using var guest = await ConnectAsync();
        for (var i = 0; i < 6; i++)
        {
            Write($"{i}/Dockerfile", $"FROM scratch{i}\n");
            for (var change = 0; change < 2; change++)
            {
                Write($"{i}/f", $"{change}");
                await PlaceAsync(guest, Path.Combine(_directory, $"{i}"));
            }
        }

        Assert.Equal("4\n", _container.Inside("ls -d /tmp/dockerarchive-0/contexts/*/* | wc -l"));
    }

    private Task<GuestConnection> ConnectAsync() => GuestConnection.OpenAsync(
        new GuestEndpoint("127.0.0.1", _relay.Port, _container.ContainerId, "sshd", GuestLogin.Default), TimeSpan.FromSeconds(20), Token);

    private async Task<string> PlaceAsync(GuestConnection guest, string? directory = null)
    {
        var build = $"/root/{Environment.TickCount64}.{Interlocked.Increment(ref _builds)}";
        _container.Inside($"mkdir {build}");
        await new GuestContext(guest, "sshd", build, _ => { }).PlaceAsync(BuildContext.Open(directory ?? _directory, null), Token);
        return build;
    }

    private const string Listing = "find . -printf '%P %y %m %l\\n' | sort; find . -type f -exec md5sum {} + | sort";

    private string Local() => Cli.Run("sh", "-c", $"cd {_directory} && {Listing}");

    private string Guest(string build) => _container.Inside($"cd {build}/context && {Listing}");

    private void Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
