using System.Formats.Tar;
using System.Globalization;
using System.Management.Automation;
using DockerArchive.Ssh;
using Renci.SshNet;
using Renci.SshNet.Common;
using Renci.SshNet.Sftp;

namespace DockerArchive.Files;

/// <summary>Copies by SFTP, file by file: slower than tar, but every sshd has it.</summary>
/// <param name="sftp">A connection of its own.</param>
/// <param name="guest">For links, as SSH.NET cannot read them, and makes none that are relative.</param>
/// <param name="instance">What errors call the guest.</param>
/// <param name="onBytes">Receives the number of content bytes of each step.</param>
internal sealed class SftpCopy(SftpClient sftp, GuestConnection guest, string instance, Action<int> onBytes)
{
    public Task SendAsync(LocalTree tree, string folder, CancellationToken cancellation) =>
        Run("ItemNotSent", ErrorCategory.WriteError, () => Send(tree, folder, cancellation));

    public Task ReceiveAsync(IEnumerable<(string Path, string Name)> items, ReceivedTree tree, CancellationToken cancellation) =>
        Run("ItemNotReceived", ErrorCategory.ReadError, () =>
        {
            foreach (var (path, name) in items)
                Receive(path, name, sftp.GetAttributes(path), tree, cancellation);
        });

    private void Send(LocalTree tree, string folder, CancellationToken cancellation)
    {
        var folders = new Stack<(string Path, FileSystemInfo Item)>();
        foreach (var (name, item, type) in tree.Items())
        {
            cancellation.ThrowIfCancellationRequested();
            var path = $"{folder}/{name}";
            if (type == TarEntryType.SymbolicLink)
            {
                Shell($"ln -s -- {ShellWord.Quote(item.LinkTarget!)} {ShellWord.Quote(path)}", cancellation);
                continue;
            }

            if (type == TarEntryType.Directory)
            {
                sftp.CreateDirectory(path);
                folders.Push((path, item));
                continue;
            }

            using var file = tree.Open(item);
            if (file is null)
                continue;
            sftp.UploadFile(new TarContent(file, OnBytes), path);
            SetAttributes(path, item);
        }

        // From below, as a folder may be one in which nothing can be written, and writing changes its time.
        foreach (var (path, item) in folders)
            SetAttributes(path, item);

        void OnBytes(int bytes)
        {
            cancellation.ThrowIfCancellationRequested();
            onBytes(bytes);
        }
    }

    private void SetAttributes(string path, FileSystemInfo item)
    {
        var attributes = sftp.GetAttributes(path);
        attributes.SetPermissions((short)int.Parse(Convert.ToString((int)LocalFile.Mode(item) & 0x1FF, 8), CultureInfo.InvariantCulture));
        attributes.LastWriteTimeUtc = item.LastWriteTimeUtc;
        sftp.SetAttributes(path, attributes);
    }

    private void Receive(string path, string name, SftpFileAttributes attributes, ReceivedTree tree, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (attributes.IsDirectory)
        {
            tree.AddFolder(name, Mode(attributes), attributes.LastWriteTimeUtc);
            foreach (var item in sftp.ListDirectory(path).Where(i => i.Name is not ("." or "..")))
                Receive($"{path}/{item.Name}", $"{name}/{item.Name}", item.Attributes, tree, cancellation);
        }
        else if (attributes.IsRegularFile)
        {
            tree.AddFile(name, Mode(attributes), attributes.LastWriteTimeUtc, to => Download(path, to, cancellation));
        }
        else if (attributes.IsSymbolicLink)
        {
            tree.AddLink(name, Shell($"readlink -- {ShellWord.Quote(path)}", cancellation).TrimEnd('\n'));
        }
        else
        {
            tree.AddOther(name);
        }
    }

    private void Download(string path, Stream to, CancellationToken cancellation)
    {
        using var from = sftp.OpenRead(path);
        var buffer = new byte[128 * 1024];
        for (int read; (read = from.Read(buffer, 0, buffer.Length)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            to.Write(buffer, 0, read);
            onBytes(read);
        }
    }

    private string Shell(string script, CancellationToken cancellation)
    {
        var output = guest.RunAsync(script, cancellation).GetAwaiter().GetResult();
        return output.Exit.Code == 0 ? output.StdoutText : throw new SshException(output.StderrText.Trim());
    }

    private static UnixFileMode Mode(SftpFileAttributes a)
    {
        bool[] bits =
        [
            a.OthersCanExecute, a.OthersCanWrite, a.OthersCanRead, a.GroupCanExecute, a.GroupCanWrite, a.GroupCanRead,
            a.OwnerCanExecute, a.OwnerCanWrite, a.OwnerCanRead,
        ];
        return (UnixFileMode)bits.Select((set, bit) => set ? 1 << bit : 0).Sum();
    }

    private Task Run(string errorId, ErrorCategory category, Action work) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                work();
            }
            catch (SshException e)
            {
                throw new ArchiveException(errorId, category, instance, $"The copy by SFTP (the guest of '{instance}' has no tar) failed: {e.Message}", e);
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
