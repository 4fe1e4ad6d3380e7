using System.Formats.Tar;
using System.Text.RegularExpressions;
using DockerArchive.EngineTests.Cmdlets;
using DockerArchive.Files;

namespace DockerArchive.SshTests;

/// <summary>Files both ways, through the cmdlet and a real sshd.</summary>
public sealed class CopyArchiveItemTests : IClassFixture<SshdContainer>, IDisposable
{
    private const string Listing = "find . -printf '%P %y %m %T+ %l\\n' | sort; find . -type f -exec md5sum {} + | sort";

    private readonly SshdContainer _container;
    private readonly string _directory = Directory.CreateTempSubdirectory("dockerarchive-copy").FullName;
    private readonly string _remote = $"/root/{Guid.NewGuid():n}";

    public CopyArchiveItemTests(SshdContainer container)
    {
        _container = container;
        _container.Inside($"mkdir {_remote}");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("tar")]
    [InlineData("sftp")]
    public void A_folder_comes_back_as_it_went_with_modes_times_and_links(string way)
    {
        MakeTree();
        if (way == "sftp")
            _container.Inside("mv /usr/bin/tar /usr/bin/tar.away");
        try
        {
            _container.Succeeded($"Copy-ArchiveItem {_container.Name} '{_directory}/tree' {_remote} -ToGuest -Recurse");
            _container.Succeeded($"Copy-ArchiveItem {_container.Name} {_remote}/tree '{_directory}/back' -FromGuest -Recurse");
        }
        finally
        {
            if (way == "sftp")
                _container.Inside("mv /usr/bin/tar.away /usr/bin/tar");
        }

        var here = Local("tree");
        var there = _container.Inside($"cd {_remote}/tree && {Listing}");
        var back = Local("back");
        var exact = way == "tar";
        Assert.Equal(Times(here, exact), Times(there, exact));
        Assert.Equal(Times(here, false), Times(back, false));
        Assert.Equal(["back", "tree"], Directory.GetFileSystemEntries(_directory).Select(Path.GetFileName).Order());
        Assert.Equal("tree\n", _container.Inside($"ls -A {_remote}"));
    }

    [Fact]
    public void The_destination_is_a_directory_or_a_new_name()
    {
        Write("a", "one");
        _container.Succeeded($"Copy-ArchiveItem {_container.Name} '{_directory}/a' {_remote}/new -ToGuest; Copy-ArchiveItem {_container.Name} '{_directory}/a' {_remote} -ToGuest");
        Assert.Equal("a\nnew\n", _container.Inside($"ls {_remote}"));

        Write("a", "two");
        _container.Succeeded($"Copy-ArchiveItem {_container.Name} '{_directory}/a' {_remote} -ToGuest");
        Assert.Equal("two", _container.Inside($"cat {_remote}/a"));

        _container.Succeeded($"Copy-ArchiveItem {_container.Name} {_remote}/new '{_directory}/b' -FromGuest; Copy-ArchiveItem {_container.Name} {_remote}/new '{_directory}' -FromGuest");
        Assert.Equal(["a", "b", "new"], Directory.GetFiles(_directory).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_folder_is_added_to_one_that_is_there()
    {
        Write("t/new", "new");
        Write("t/same", "new");
        _container.Inside($"mkdir {_remote}/t && cd {_remote}/t && echo -n old >old && echo -n old >same");
        _container.Succeeded($"Copy-ArchiveItem {_container.Name} '{_directory}/t' {_remote} -ToGuest -Recurse");
        Assert.Equal("newoldnew", _container.Inside($"cd {_remote}/t && cat new old same"));

        Write("t/mine", "mine");
        _container.Succeeded($"Copy-ArchiveItem {_container.Name} {_remote}/t '{_directory}' -FromGuest -Recurse");
        Assert.Equal(["mine", "new", "old", "same"], Directory.GetFiles(Path.Combine(_directory, "t")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Wildcards_are_expanded_on_their_side_and_names_are_only_names()
    {
        _container.Inside($"cd {_remote} && touch a1 a2 b1 'a $(touch x)' \"a'q\" -- '-a' && mkdir d1 d2 && touch d1/f d2/g && ln -s /etc/hostname link");
        var result = _container.Run($"Copy-ArchiveItem {_container.Name} {_remote}/a*,{_remote}/d?/[fg],{_remote}/link,{_remote}/d1,{_remote}/no,{_remote}/no* '{_directory}' -FromGuest -PassThru");

        Assert.Equal(["FolderWithoutRecurse", "ItemNotFound"], result.Errors.Select(e => e.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal(
            ["a $(touch x)", "a'q", "a1", "a2", "f", "g", "link"],
            result.Output.Select(o => (string)o.Properties["Name"].Value).Order(StringComparer.Ordinal));
        Assert.All(result.Output, o => Assert.EndsWith("FileSystem::" + o.BaseObject, (string)o.Properties["PSPath"].Value, StringComparison.Ordinal));
        Assert.Null(new FileInfo(Path.Combine(_directory, "link")).LinkTarget);
        Assert.Equal(_container.Inside("cat /etc/hostname"), File.ReadAllText(Path.Combine(_directory, "link")));

        Write("x[1]", "");
        _container.Succeeded($"Copy-ArchiveItem {_container.Name} -LiteralPath '{_directory}/x[1]' {_remote} -ToGuest; Copy-ArchiveItem {_container.Name} '{_directory}/a?' {_remote}/d1 -ToGuest; [pscustomobject]@{{ PSPath = '{_directory}/f' }} | Copy-ArchiveItem {_container.Name} -Destination {_remote}/d1/g -ToGuest");
        Assert.Equal("a1\na2\nf\ng\n", _container.Inside($"ls {_remote}/d1"));
        Assert.Equal("1\n", _container.Inside($"ls {_remote} | grep -cF 'x[1]'"));
    }

    [Theory]
    [InlineData("{0}/no {1} -ToGuest", "ItemNotFound")]
    [InlineData("{0} {1} -ToGuest", "FolderWithoutRecurse")]
    [InlineData("{0}/a {1}/no/such -ToGuest", "DestinationNotFound")]
    [InlineData("{0}/a,{0}/b {1}/no -ToGuest", "DestinationNotFound")]
    [InlineData("{1}/a {0}/no/such -FromGuest", "DestinationNotFound")]
    [InlineData("{0}/a /proc -ToGuest", "ItemNotSent")]
    [InlineData("{0}/a {1}", "DirectionMissing")]
    [InlineData("-ToGuest", "PathMissing")]
    public void What_cannot_be_done_is_an_error_of_its_own(string arguments, string errorId)
    {
        Write("a", "");
        Write("b", "");
        _container.Inside($"touch {_remote}/a");
        Assert.Equal(errorId, _container.Run($"Copy-ArchiveItem {_container.Name} {string.Format(null, arguments, _directory, _remote)}").ErrorId);
        Assert.Equal("a\n", _container.Inside($"ls -A {_remote}"));
    }

    [Fact]
    public void Force_makes_the_directory_and_what_if_makes_nothing()
    {
        Write("a", "a");
        _container.Succeeded($"Copy-ArchiveItem {_container.Name} '{_directory}/a' {_remote}/w -ToGuest -WhatIf");
        Assert.Equal("", _container.Inside($"ls {_remote}"));
        var item = Assert.Single(_container.Succeeded($"Copy-ArchiveItem {_container.Name} '{_directory}/a' {_remote}/x/y -ToGuest -Force -PassThru"));
        Assert.Equal((_container.Name, $"{_directory}/a"), ((string)item.Properties["Environment"].Value, (string)item.Properties["Source"].Value));
        _container.Succeeded($"Copy-ArchiveItem {_container.Name} {_remote}/x/y '{_directory}/p/q' -FromGuest -Force");
        Assert.Equal("a", File.ReadAllText(Path.Combine(_directory, "p", "q")));
    }

    [Theory]
    [InlineData("to")]
    [InlineData("from")]
    public async Task A_copy_that_is_stopped_leaves_nothing(string direction)
    {
        var (local, remote) = (Path.Combine(_directory, "big"), $"{_remote}/big");
        Cli.Run("sh", "-c", $"mkdir {_directory}/big {_directory}/in && head -c 400000000 /dev/zero >{local}/f");
        if (direction == "from")
            _container.Inside($"mkdir {remote} && head -c 400000000 /dev/zero >{remote}/f");
        var script = direction == "to" ? $"'{local}' {_remote} -ToGuest" : $"{remote} '{_directory}/in' -FromGuest";
        _container.Run("");
        using var powershell = _container.Module.Create($"Copy-ArchiveItem {_container.Name} {script} -Recurse");
        var running = powershell.BeginInvoke();
        while (!powershell.Streams.Progress.Any(p => p.StatusDescription.Contains("MB", StringComparison.Ordinal)))
            await Task.Delay(5, Token);
        Assert.False(running.IsCompleted);
        powershell.Stop();

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_directory, "in")));
        Assert.Equal(direction == "to" ? "" : "big\n", _container.Inside($"ls -A {_remote}"));
        Assert.Equal("", _container.Inside("pgrep tar || :"));
    }

    [Fact]
    public async Task A_copy_whose_connection_breaks_leaves_nothing()
    {
        Cli.Run("sh", "-c", $"head -c 400000000 /dev/zero >{_directory}/big");
        using var relay = new CountingRelay(_container.Port);
        using var guest = await GuestConnection.OpenAsync(
            new GuestEndpoint("127.0.0.1", relay.Port, _container.ContainerId, "sshd", GuestLogin.Default), TimeSpan.FromSeconds(20), Token);
        var copying = new GuestUpload(guest, "sshd", (_, _) => { }).CopyAsync([new FileInfo(Path.Combine(_directory, "big"))], _remote, false, e => throw e, Token);
        while (relay.Bytes < 20_000_000)
            await Task.Delay(1, Token);
        relay.Cut();

        await Assert.ThrowsAsync<GuestConnectionLostException>(() => copying);
        for (var patience = 0; patience < 100 && _container.Inside($"ls -A {_remote}").Length > 0; patience++)
            await Task.Delay(100, Token);
        Assert.Equal("", _container.Inside($"ls -A {_remote}"));
    }

    /// <summary>A guest whose tar prints what an attacker likes.</summary>
    [Theory]
    [InlineData("../escaped", TarEntryType.RegularFile, "")]
    [InlineData("t/../../escaped", TarEntryType.RegularFile, "")]
    [InlineData("/tmp/escaped", TarEntryType.RegularFile, "")]
    [InlineData("other", TarEntryType.RegularFile, "")]
    [InlineData("t/link/escaped", TarEntryType.RegularFile, "through")]
    [InlineData("t/link", TarEntryType.RegularFile, "through")]
    [InlineData("t/hard", TarEntryType.HardLink, "/etc/passwd")]
    [InlineData("t/hard", TarEntryType.HardLink, "t/../../secret")]
    [InlineData("t/hard", TarEntryType.HardLink, "t/link/secret")]
    public void A_hostile_guest_is_refused_and_nothing_is_written(string name, TarEntryType type, string target)
    {
        Write("in/mine", "mine");
        Write("secret", "secret");
        var result = Receive(
            new PaxTarEntry(TarEntryType.Directory, "t"),
            new PaxTarEntry(TarEntryType.RegularFile, "t/good"),
            new PaxTarEntry(TarEntryType.SymbolicLink, "t/link") { LinkName = "../.." },
            target is "" or "through" ? new PaxTarEntry(type, name) : new PaxTarEntry(type, name) { LinkName = target });

        Assert.Equal("UnsafeItem", result.ErrorId);
        Assert.Equal(["in", "secret"], Directory.GetFileSystemEntries(_directory).Select(Path.GetFileName).Order());
        Assert.Equal(["mine"], Directory.GetFileSystemEntries(Path.Combine(_directory, "in")).Select(Path.GetFileName));
        Assert.False(File.Exists("/tmp/escaped"));
    }

    [Fact]
    public void Links_that_lead_out_and_devices_are_left_out_and_the_rest_is_kept()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "in"));
        var result = Receive(
            new PaxTarEntry(TarEntryType.Directory, "t"),
            new PaxTarEntry(TarEntryType.RegularFile, "t/a/b/good") { Mode = (UnixFileMode)0xFED },
            new PaxTarEntry(TarEntryType.HardLink, "t/twin") { LinkName = "t/a/b/good" },
            new PaxTarEntry(TarEntryType.SymbolicLink, "t/absolute") { LinkName = "/etc" },
            new PaxTarEntry(TarEntryType.SymbolicLink, "t/up") { LinkName = "../../secret" },
            new PaxTarEntry(TarEntryType.SymbolicLink, "t/a/b/root") { LinkName = "../.." },
            new PaxTarEntry(TarEntryType.SymbolicLink, "t/a/b/twice") { LinkName = "root/../../x" },
            new PaxTarEntry(TarEntryType.SymbolicLink, "t/loop") { LinkName = "loop" },
            new PaxTarEntry(TarEntryType.SymbolicLink, "t/fine") { LinkName = "a/b/root/a" },
            new PaxTarEntry(TarEntryType.CharacterDevice, "t/null") { DeviceMajor = 1, DeviceMinor = 3 },
            new PaxTarEntry(TarEntryType.Fifo, "t/fifo"));

        Assert.Equal(
            ["ItemTypeUnsupported", "ItemTypeUnsupported", "LinkLeadsOut", "LinkLeadsOut", "LinkLeadsOut", "LinkLeadsOut"],
            result.Errors.Select(e => e.FullyQualifiedErrorId.Split(',')[0]).Order());
        Assert.Equal(
            "a\na/b\na/b/good 755\na/b/root\nfine\ntwin 755\n",
            Cli.Run("sh", "-c", $"cd {_directory}/in/t && find . -mindepth 1 -type f -printf '%P %m\\n' -o -mindepth 1 -printf '%P\\n' | sort"));
    }

    private RunResult Receive(params TarEntry[] entries)
    {
        var tar = Path.Combine(_directory, "hostile.tar");
        using (var writer = new TarWriter(File.Create(tar)))
        {
            foreach (var entry in entries)
                writer.WriteEntry(entry);
        }

        Cli.Run("docker", "cp", tar, $"{_container.ContainerId}:/hostile.tar");
        File.Delete(tar);
        _container.Inside($"mkdir {_remote}/t && printf '#!/bin/sh\\ncat /hostile.tar\\n' >/usr/local/bin/tar && chmod +x /usr/local/bin/tar");
        try
        {
            return _container.Run($"Copy-ArchiveItem {_container.Name} {_remote}/t '{_directory}/in' -FromGuest -Recurse");
        }
        finally
        {
            _container.Inside("rm /usr/local/bin/tar");
        }
    }

    private void MakeTree()
    {
        Write("tree/a", "a");
        Write("tree/sub/run", new string('x', 100_000));
        Write("tree/.hidden", "h");
        Write("tree/a 'name' $(with) \"all\" *?[]\\ and\na newline ü", "n");
        Directory.CreateDirectory(Path.Combine(_directory, "tree", "empty"));
        Cli.Run("sh", "-c", $"cd {_directory}/tree && ln -s sub/run link && chmod 751 sub && chmod 4755 sub/run && chmod 755 sub/run && chmod 600 a && touch -d '2001-02-03 04:05:06.123456700' a sub empty");
        Cli.Run("touch", "-d", "2002-02-03 04:05:06", Path.Combine(_directory, "tree"));
    }

    /// <summary>.NET's times are of 100 ns, and it sets none of links; those of GNU's tar and of SFTP, version 3, are of seconds.</summary>
    private static string Times(string listing, bool exact) => Regex.Replace(
        Regex.Replace(listing, @"(:\d\d)(\.\d{7})\d{3}", exact ? "$1$2" : "$1"), @"(?m)( l \d+) \S+", "$1");

    private string Local(string name) => Cli.Run("sh", "-c", $"cd {_directory}/{name} && {Listing}");

    private void Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
