using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using Docker.DotNet.Models;
using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Vm;

/// <summary>
/// Makes an environment's images: ctr (its Dockerfile), vm (the same file system with kernel and init, as a disk) and
/// dqd (the runner with the disk). Everything stays in the engine; nothing passes through a local file.
/// </summary>
internal sealed class ImageStages(DockerEngine engine, Action<string> log, Action<string> doing, Action<string> warn)
{
    /// <summary>What the converter says of the disk it wrote, as labels of the image.</summary>
    private const string DiskSizeLabel = "io.github.dockerarchive.disk.size";

    private const string DiskUsedLabel = "io.github.dockerarchive.disk.used";

    /// <summary>Guests are x86-64, also where the engine is not and emulates.</summary>
    private const string GuestPlatform = "linux/amd64";

    private readonly ImageBuilder _images = new(engine);

    public async Task BuildAsync(ArchiveEnv env, StageOptions options, Action<StageResult> done, CancellationToken cancellation)
    {
        var dockerfile = Path.Combine(env.Directory, "Dockerfile");
        if (options.Stages.Contains(BuildStage.Ctr) && !File.Exists(dockerfile))
            throw new BrokenEnvironmentException(dockerfile, null, "the file does not exist, so this environment can be started but not built");

        WarnOfUnusedArguments(env, options);
        ImageInspectResponse? ctr = null, vm = null;
        if (options.Stages.Contains(BuildStage.Ctr))
            ctr = await StageAsync(BuildStage.Ctr, CtrAsync);
        if (options.Stages.Contains(BuildStage.Vm))
        {
            ctr ??= await MadeBeforeAsync(env, BuildStage.Ctr, env.CtrImage, cancellation);
            vm = await StageAsync(BuildStage.Vm, () => VmAsync(env, ctr, options, cancellation));
        }

        if (options.Stages.Contains(BuildStage.Dqd))
        {
            vm ??= await MadeBeforeAsync(env, BuildStage.Vm, env.VmImage, cancellation);
            await StageAsync(BuildStage.Dqd, () => DqdAsync(vm));
        }

        async Task<ImageInspectResponse> StageAsync(BuildStage stage, Func<Task<StageImage>> make)
        {
            var clock = Stopwatch.StartNew();
            var (reference, image, upToDate) = await make();
            done(new StageResult
            {
                Environment = env.Name,
                Stage = stage,
                Image = reference,
                ImageId = image.ID,
                Size = image.Size,
                DiskSize = Label(image, DiskSizeLabel),
                DiskUsed = Label(image, DiskUsedLabel),
                UpToDate = upToDate,
                Duration = clock.Elapsed,
            });
            return image;
        }

        Task<StageImage> CtrAsync()
        {
            var args = Arguments(env.Directory, options);
            return UnlessUpToDateAsync(
                BuildStage.Ctr,
                env.CtrImage,
                DirectoryContext.Digest(env.Directory, args),
                inputs => BuildDirectoryAsync(
                    env.Directory, new ImageRequest(env.CtrImage, args, inputs, options.NoCache) { Platform = GuestPlatform }, cancellation),
                options,
                cancellation);
        }

        Task<StageImage> DqdAsync(ImageInspectResponse disk)
        {
            var args = Arguments(RunnerDirectory, options);
            return UnlessUpToDateAsync(
                BuildStage.Dqd,
                env.Image,
                DirectoryContext.Digest(RunnerDirectory, With(args, "VM", disk.ID)),
                inputs => BuildDirectoryAsync(
                    RunnerDirectory, new ImageRequest(env.Image, With(args, "VM", env.VmImage), inputs, options.NoCache), cancellation),
                options,
                cancellation);
        }
    }

    private async Task<StageImage> VmAsync(ArchiveEnv env, ImageInspectResponse ctr, StageOptions options, CancellationToken cancellation)
    {
        var kernel = await KernelImageAsync(options, cancellation);
        var rootfsArgs = Arguments(RootfsDirectory, options);
        rootfsArgs.TryAdd("HOSTNAME", env.Project);
        rootfsArgs["SOURCE_DATE_EPOCH"] = Epoch(ctr, options);
        if (kernel is null && options.Kernel is not null)
            rootfsArgs["KERNEL_PACKAGE"] = options.Kernel;
        var disk = new Dictionary<string, string>
        {
            ["SIZE"] = options.Size ?? env.Settings.GetValueOrDefault("SIZE") ?? "10G",
            ["CMDLINE"] = $"{env.Settings.GetValueOrDefault("CMDLINE")} {options.CommandLine}".Trim(),
            ["SOURCE_DATE_EPOCH"] = rootfsArgs["SOURCE_DATE_EPOCH"],
        };
        var inputs = rootfsArgs.Concat(disk.ExceptBy(rootfsArgs.Keys, s => s.Key)).ToDictionary();
        inputs["CTR"] = ctr.ID + DirectoryContext.Digest(ConverterDirectory, Arguments(ConverterDirectory, options));
        if (kernel is not null)
            inputs["KERNEL"] = kernel.ID;
        return await UnlessUpToDateAsync(
            BuildStage.Vm,
            env.VmImage,
            DirectoryContext.Digest(RootfsDirectory, inputs),
            digest => MakeDiskAsync(env, ctr, kernel, rootfsArgs, disk, options, digest, cancellation),
            options,
            cancellation);
    }

    private async Task<StageImage> UnlessUpToDateAsync(
        BuildStage stage,
        string reference,
        string inputs,
        Func<string, Task<ImageInspectResponse>> make,
        StageOptions options,
        CancellationToken cancellation)
    {
        doing($"{stage}: {reference}");
        var found = options.Force ? null : await _images.FindAsync(reference, inputs, cancellation);
        return new StageImage(reference, found ?? await make(inputs), found is not null);
    }

    /// <summary>The image of a stage that was not asked for, and that a later one is made from.</summary>
    private async Task<ImageInspectResponse> MadeBeforeAsync(
        ArchiveEnv env, BuildStage stage, string reference, CancellationToken cancellation) =>
        await _images.FindAsync(reference, null, cancellation)
        ?? throw new ArchiveException(
            "StageNotMade",
            ErrorCategory.ObjectNotFound,
            reference,
            $"Image '{reference}' of stage {stage} of '{env.Name}' is not on the Docker host, and the next stage is made from it. Make it with: Build-ArchiveEnv {env.Name} -Stage {stage}");

    /// <summary>The kernel's image, where a kernel was asked for that is no package.</summary>
    private async Task<ImageInspectResponse?> KernelImageAsync(StageOptions options, CancellationToken cancellation)
    {
        // A package's name has none of these.
        if (options.Kernel is not { } kernel || kernel.IndexOfAny(['/', ':', '@']) < 0)
            return null;
        try
        {
            var image = new ServiceImage(engine, step => doing($"{BuildStage.Vm}: {step.Image} {step.Layer} {step.Status}"));
            return await image.EnsureAsync("", kernel, PullPolicy.Missing, cancellation);
        }
        catch (ImageMissingException e)
        {
            throw new ArchiveException(
                "KernelNotFound",
                ErrorCategory.ObjectNotFound,
                kernel,
                $"Image '{kernel}' (-Kernel) is not on the Docker host and could not be pulled. Name an image that has /boot/vmlinuz-VERSION and /lib/modules/VERSION, or a package.",
                e);
        }
    }

    /// <summary>
    /// What all that is newer in the guest is dated, so that equal inputs give equal disks: as reproducible-builds.org has it,
    /// or else when the ctr image was made.
    /// </summary>
    private static string Epoch(ImageInspectResponse ctr, StageOptions options) =>
        options.BuildArgs.GetValueOrDefault("SOURCE_DATE_EPOCH")
        ?? (Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH") is { Length: > 0 } given ? given : null)
        ?? new DateTimeOffset(ctr.Created.GetValueOrDefault().ToUniversalTime()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static long? Label(ImageInspectResponse image, string label) =>
        image.Config?.Labels?.TryGetValue(label, out var value) is true
        && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>Those of the user's arguments that the Dockerfile there declares.</summary>
    private static Dictionary<string, string> Arguments(string directory, StageOptions options) =>
        options.BuildArgs.Where(a => Declared(directory).Contains(a.Key)).ToDictionary();

    private static HashSet<string> Declared(string directory) => DockerfileArguments.Read(Path.Combine(directory, "Dockerfile"));

    private void WarnOfUnusedArguments(ArchiveEnv env, StageOptions options)
    {
        string[] directories = [env.Directory, RootfsDirectory, ConverterDirectory, RunnerDirectory];
        var used = directories.SelectMany(Declared).ToHashSet();
        foreach (var argument in options.BuildArgs.Keys.Where(a => !used.Contains(a)))
            warn($"No Dockerfile of {env.Name} declares ARG {argument}, so that -BuildArg {argument} does nothing.");
    }

    private static string RootfsDirectory => Path.Combine(ModuleDirectory.Path, "dqd", "vm");

    private static string KernelDirectory => Path.Combine(ModuleDirectory.Path, "dqd", "kernel");

    private static string ConverterDirectory => Path.Combine(ModuleDirectory.Path, "dqd", "converter");

    private static string RunnerDirectory => Path.Combine(ModuleDirectory.Path, "dqd", "runner");

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
        ImageInspectResponse ctr,
        ImageInspectResponse? kernel,
        Dictionary<string, string> rootfsArgs,
        Dictionary<string, string> disk,
        StageOptions options,
        string inputs,
        CancellationToken cancellation)
    {
        var name = $"dockerarchive-{env.Project}-{Guid.NewGuid().ToString("n")[..8]}";
        var withKernel = $"{name}:kernel";
        var rootfs = $"{name}:rootfs";
        var containers = new List<string>();
        try
        {
            doing($"{BuildStage.Vm}: kernel and init");
            if (kernel is not null)
            {
                await BuildDirectoryAsync(
                    KernelDirectory,
                    new ImageRequest(withKernel, new Dictionary<string, string> { ["CTR"] = ctr.ID, ["KERNEL"] = kernel.ID }) { Platform = GuestPlatform },
                    cancellation);
            }

            await BuildDirectoryAsync(
                RootfsDirectory,
                new ImageRequest(rootfs, With(rootfsArgs, "CTR", kernel is null ? ctr.ID : withKernel), NoCache: options.NoCache) { Platform = GuestPlatform },
                cancellation);

            var converterArgs = Arguments(ConverterDirectory, options);
            var converter = $"dockerarchive/converter:{DirectoryContext.Digest(ConverterDirectory, converterArgs)[..12]}";
            if (await _images.FindAsync(converter, null, cancellation) is null)
            {
                doing($"{BuildStage.Vm}: converter");
                await BuildDirectoryAsync(ConverterDirectory, new ImageRequest(converter, converterArgs), cancellation);
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
                    Env = [.. disk.Select(s => $"{s.Key}={s.Value}")],
                },
                cancellation);
            containers.Add(sink.ID);

            doing($"{BuildStage.Vm}: disk");
            await ConvertAsync(source.ID, sink.ID, env, cancellation);

            doing($"{BuildStage.Vm}: {env.VmImage}");
            var output = await engine.Client.Containers.GetArchiveFromContainerAsync(
                sink.ID, new ContainerPathStatParameters { Path = "/out" }, statOnly: false, cancellation);
            await using var context = output.Stream!;
            return await _images.BuildAsync(
                new ImageRequest(env.VmImage, new Dictionary<string, string>(), inputs) { Dockerfile = "out/Dockerfile" },
                context,
                log,
                cancellation);
        }
        finally
        {
            foreach (var id in containers)
                await engine.Client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true }, CancellationToken.None);
            foreach (var image in new[] { rootfs, withKernel })
            {
                if (await _images.FindAsync(image, null, CancellationToken.None) is not null)
                    await engine.Client.Images.DeleteImageAsync(image, new ImageDeleteParameters { Force = true }, CancellationToken.None);
            }
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

/// <summary>The image of a stage, made or found.</summary>
internal sealed record StageImage(string Reference, ImageInspectResponse Image, bool UpToDate);

/// <summary>What a user may choose about the stages.</summary>
internal sealed record StageOptions
{
    public required IReadOnlySet<BuildStage> Stages { get; init; }

    public IReadOnlyDictionary<string, string> BuildArgs { get; init; } = new Dictionary<string, string>();

    /// <summary>Size of the guest's disk, such as <c>10G</c>; null takes the environment's, otherwise 10G.</summary>
    public string? Size { get; init; }

    /// <summary>A package or an image with the guest's kernel; null for the environment's own, otherwise the distribution's.</summary>
    public string? Kernel { get; init; }

    /// <summary>Kernel parameters beside those of the environment.</summary>
    public string? CommandLine { get; init; }

    public bool NoCache { get; init; }

    public bool Force { get; init; }
}
