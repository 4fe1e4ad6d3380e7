using System.Diagnostics;
using System.Management.Automation;
using Docker.DotNet.Models;
using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Vm;

/// <summary>
/// Makes an environment's images: ctr (its Dockerfile), vm (the same file system with kernel and init, as a disk) and
/// dqd (the runner with the disk). Everything stays in the engine; nothing passes through a local file.
/// </summary>
internal sealed class ImageStages(DockerEngine engine, Action<string> log, Action<string> doing)
{
    private readonly ImageBuilder _images = new(engine);

    public async Task BuildAsync(ArchiveEnv env, StageOptions options, Action<StageResult> done, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(env.Directory, "Dockerfile")))
            throw new BrokenEnvironmentException(Path.Combine(env.Directory, "Dockerfile"), null, "the file does not exist, so this environment can be started but not built");

        var force = options.Force;
        var ctr = await StageAsync(BuildStage.Ctr, env.CtrImage, null, env.Directory, options.BuildArgs);
        var vmArgs = new Dictionary<string, string>
        {
            ["HOSTNAME"] = env.Project,
            ["VM_PASSWORD"] = options.Password,
        };
        var diskSettings = new Dictionary<string, string>
        {
            ["SIZE"] = options.Size ?? env.Settings.GetValueOrDefault("SIZE") ?? "10G",
            ["CMDLINE"] = env.Settings.GetValueOrDefault("CMDLINE") ?? "",
        };
        var vm = await VmStageAsync();
        await StageAsync(BuildStage.Dqd, env.Image, "VM", RunnerDirectory, With(BaseArg(options), "VM", vm.Image), vm.ImageId);

        async Task<StageResult> StageAsync(
            BuildStage stage,
            string reference,
            string? input,
            string directory,
            IReadOnlyDictionary<string, string> args,
            string? inputId = null)
        {
            var clock = Stopwatch.StartNew();
            var identity = input is null ? args : With(args, input, inputId!);
            var inputs = DirectoryContext.Digest(directory, identity);
            var found = force ? null : await _images.FindAsync(reference, inputs, cancellation);
            doing($"{stage}: {reference}");
            var image = found ?? await BuildDirectoryAsync(directory, new ImageRequest(reference, "Dockerfile", args, inputs, options.NoCache), cancellation);
            return Report(stage, reference, image, found is not null, clock);
        }

        async Task<StageResult> VmStageAsync()
        {
            var clock = Stopwatch.StartNew();
            var reference = VmReference(env);
            var inputs = DirectoryContext.Digest(
                RootfsDirectory,
                With(
                    vmArgs.Concat(diskSettings).ToDictionary(),
                    "CTR",
                    ctr.ImageId + DirectoryContext.Digest(ConverterDirectory, BaseArg(options))));
            var found = force ? null : await _images.FindAsync(reference, inputs, cancellation);
            doing($"{BuildStage.Vm}: {reference}");
            var image = found ?? await MakeDiskAsync(env, ctr, vmArgs, diskSettings, options, reference, inputs, cancellation);
            return Report(BuildStage.Vm, reference, image, found is not null, clock);
        }

        StageResult Report(BuildStage stage, string reference, ImageInspectResponse image, bool upToDate, Stopwatch clock)
        {
            var result = new StageResult
            {
                Environment = env.Name,
                Stage = stage,
                Image = reference,
                ImageId = image.ID,
                Size = image.Size,
                UpToDate = upToDate,
                Duration = clock.Elapsed,
            };
            done(result);
            return result;
        }
    }

    private static string RootfsDirectory => Path.Combine(ModuleDirectory.Path, "dqd", "vm");

    private static string ConverterDirectory => Path.Combine(ModuleDirectory.Path, "dqd", "converter");

    private static string RunnerDirectory => Path.Combine(ModuleDirectory.Path, "dqd", "runner");

    /// <summary>The disk's image stands beside the one it belongs to: <c>…:vm_…</c>.</summary>
    private static string VmReference(ArchiveEnv env) =>
        env.CtrImage.Replace(":ctr_", ":vm_", StringComparison.Ordinal);

    /// <summary>Base image of converter and runner: the same mirror or local image that the environment is built from.</summary>
    private static Dictionary<string, string> BaseArg(StageOptions options) =>
        options.BuildArgs.Where(a => a.Key == "BASE").ToDictionary();

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> args, string key, string value) =>
        new(args) { [key] = value };

    private async Task<ImageInspectResponse> BuildDirectoryAsync(
        string directory, ImageRequest request, CancellationToken cancellation)
    {
        await using var context = DirectoryContext.Open(directory, cancellation);
        return await _images.BuildAsync(request, context, log, cancellation);
    }

    /// <summary>
    /// ctr + kernel → tar → unprivileged converter → image with the disk. What is made on the way is removed, however
    /// this ends.
    /// </summary>
    private async Task<ImageInspectResponse> MakeDiskAsync(
        ArchiveEnv env,
        StageResult ctr,
        Dictionary<string, string> vmArgs,
        Dictionary<string, string> diskSettings,
        StageOptions options,
        string reference,
        string inputs,
        CancellationToken cancellation)
    {
        var name = $"dockerarchive-{env.Project}-{Guid.NewGuid().ToString("n")[..8]}";
        var rootfs = $"{name}:rootfs";
        var containers = new List<string>();
        try
        {
            doing($"{BuildStage.Vm}: kernel and init");
            await BuildDirectoryAsync(
                RootfsDirectory, new ImageRequest(rootfs, "Dockerfile", With(vmArgs, "CTR", ctr.ImageId), NoCache: options.NoCache), cancellation);

            var converter = $"dockerarchive/converter:{DirectoryContext.Digest(ConverterDirectory, BaseArg(options))[..12]}";
            if (await _images.FindAsync(converter, null, cancellation) is null)
            {
                doing($"{BuildStage.Vm}: converter");
                await BuildDirectoryAsync(ConverterDirectory, new ImageRequest(converter, "Dockerfile", BaseArg(options)), cancellation);
            }

            var source = await engine.Client.Containers.CreateContainerAsync(
                new CreateContainerParameters { Image = rootfs, Name = $"{name}-rootfs", Cmd = ["/bin/true"] }, cancellation);
            containers.Add(source.ID);
            var sink = await engine.Client.Containers.CreateContainerAsync(
                new CreateContainerParameters
                {
                    Image = converter,
                    Name = $"{name}-converter",
                    AttachStdin = true,
                    AttachStdout = true,
                    AttachStderr = true,
                    OpenStdin = true,
                    StdinOnce = true,
                    NetworkDisabled = true,
                    Env = [.. diskSettings.Select(s => $"{s.Key}={s.Value}")],
                },
                cancellation);
            containers.Add(sink.ID);

            doing($"{BuildStage.Vm}: disk");
            await ConvertAsync(source.ID, sink.ID, env, cancellation);

            doing($"{BuildStage.Vm}: {reference}");
            var output = await engine.Client.Containers.GetArchiveFromContainerAsync(
                sink.ID, new ContainerPathStatParameters { Path = "/out" }, statOnly: false, cancellation);
            await using var context = output.Stream!;
            return await _images.BuildAsync(
                new ImageRequest(reference, "out/Dockerfile", new Dictionary<string, string>(), inputs), context, log, cancellation);
        }
        finally
        {
            foreach (var id in containers)
                await engine.Client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true }, CancellationToken.None);
            if (await _images.FindAsync(rootfs, null, CancellationToken.None) is not null)
                await engine.Client.Images.DeleteImageAsync(rootfs, new ImageDeleteParameters { Force = true }, CancellationToken.None);
        }
    }

    private async Task ConvertAsync(string source, string sink, ArchiveEnv env, CancellationToken cancellation)
    {
        using var stream = await engine.Client.Containers.AttachContainerAsync(
            sink, new ContainerAttachParameters { Stream = true, Stdin = true, Stdout = true, Stderr = true }, cancellation);
        await engine.Client.Containers.StartContainerAsync(sink, new ContainerStartParameters(), cancellation);

        var tail = new Queue<string>();
        var lines = new LineSplitter(text =>
        {
            if (tail.Count == 20)
                tail.Dequeue();
            tail.Enqueue(text);
            log(text);
        });
        var reading = ReadAsync();
        await using (var tar = await engine.Client.Containers.ExportContainerAsync(source, cancellation))
        {
            try
            {
                await stream.CopyFromAsync(tar, cancellation);
                stream.CloseWrite();
            }
            catch (IOException) when (!cancellation.IsCancellationRequested)
            {
                // The converter ended before it had read everything; its exit code and its last lines say why.
            }
        }

        await reading;
        var exit = await engine.Client.Containers.WaitContainerAsync(sink, cancellation);
        if (exit.StatusCode != 0)
        {
            throw new ArchiveException(
                "DiskConversionFailed",
                ErrorCategory.InvalidResult,
                env.Name,
                $"Writing the disk of '{env.Name}' failed with exit code {exit.StatusCode}:\n{string.Join('\n', tail)}");
        }

        async Task ReadAsync()
        {
            var buffer = new byte[8192];
            while (true)
            {
                var read = await stream.ReadOutputAsync(buffer, 0, buffer.Length, cancellation);
                if (read.EOF)
                    break;
                lines.Write(System.Text.Encoding.UTF8.GetString(buffer, 0, read.Count));
            }

            lines.Flush();
        }
    }
}

/// <summary>What a user may choose about the stages.</summary>
internal sealed record StageOptions
{
    public IReadOnlyDictionary<string, string> BuildArgs { get; init; } = new Dictionary<string, string>();

    /// <summary>Size of the guest's disk, such as <c>10G</c>; null takes the environment's, otherwise 10G.</summary>
    public string? Size { get; init; }

    public string Password { get; init; } = "root";

    public bool NoCache { get; init; }

    public bool Force { get; init; }
}
