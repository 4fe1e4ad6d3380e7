using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Management.Automation;
using Docker.DotNet.Models;
using DockerArchive.Buildkit;
using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Vm;

/// <summary>
/// Makes an environment's images: ctr (its Dockerfile), vm (the same file system with kernel and init, as a disk) and
/// dqd (the runner with the disk). Everything is done by the engine's BuildKit, which needs no privileges for it.
/// </summary>
/// <param name="engine">Makes them.</param>
/// <param name="watch">Gives each stage who follows its builds.</param>
/// <param name="doing">Is told what is being done.</param>
/// <param name="warn">Is told what the user should know.</param>
internal sealed class ImageStages(
    DockerEngine engine, Func<BuildStage, IBuildWatch> watch, Action<string> doing, Action<string> warn)
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
            vm = await StageAsync(BuildStage.Vm, output => VmAsync(env, ctr, options, output, cancellation));
        }

        if (options.Stages.Contains(BuildStage.Dqd))
        {
            vm ??= await MadeBeforeAsync(env, BuildStage.Vm, env.VmImage, cancellation);
            await StageAsync(BuildStage.Dqd, output => DqdAsync(vm, output));
        }

        async Task<ImageInspectResponse> StageAsync(BuildStage stage, Func<ImageBuildOutput, Task<StageImage>> make)
        {
            var clock = Stopwatch.StartNew();
            await using var watching = watch(stage);
            var (reference, image, upToDate) = await make(new ImageBuildOutput(watching));
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
                Steps = watching.Steps,
                Duration = clock.Elapsed,
            });
            return image;
        }

        Task<StageImage> CtrAsync(ImageBuildOutput output)
        {
            var args = Arguments(env.Directory, options);
            return UnlessUpToDateAsync(
                BuildStage.Ctr,
                env.CtrImage,
                DirectoryContext.Digest(env.Directory, args),
                inputs => BuildDirectoryAsync(
                    env.Directory, new ImageRequest(env.CtrImage, args, inputs, options.NoCache) { Platform = GuestPlatform }, output, cancellation),
                options,
                cancellation);
        }

        Task<StageImage> DqdAsync(ImageInspectResponse disk, ImageBuildOutput output)
        {
            var args = Arguments(RunnerDirectory, options);
            return UnlessUpToDateAsync(
                BuildStage.Dqd,
                env.Image,
                DirectoryContext.Digest(RunnerDirectory, With(args, "VM", disk.ID)),
                inputs => BuildDirectoryAsync(
                    RunnerDirectory, new ImageRequest(env.Image, With(args, "VM", env.VmImage), inputs, options.NoCache), output, cancellation),
                options,
                cancellation);
        }
    }

    private async Task<StageImage> VmAsync(
        ArchiveEnv env, ImageInspectResponse ctr, StageOptions options, ImageBuildOutput output, CancellationToken cancellation)
    {
        var kernel = await KernelImageAsync(options, cancellation);
        var args = Arguments(VmDirectory, options);
        args["CTR"] = env.CtrImage;
        args["SOURCE_DATE_EPOCH"] = Epoch(ctr, options);
        args["CMDLINE"] = $"{args.GetValueOrDefault("CMDLINE") ?? env.Settings.GetValueOrDefault("CMDLINE")} {options.CommandLine}".Trim();
        args["SIZE"] = options.Size ?? args.GetValueOrDefault("SIZE") ?? env.Settings.GetValueOrDefault("SIZE") ?? "10G";
        args.TryAdd("HOSTNAME", env.Project);
        var inputs = With(args, "CTR", ctr.ID);
        if (kernel is not null)
        {
            args["ROOT"] = "ctr-with-kernel";
            args["KERNEL"] = options.Kernel!;
            inputs["KERNEL"] = kernel.ID;
        }
        else if (options.Kernel is not null)
        {
            args["KERNEL_PACKAGE"] = inputs["KERNEL_PACKAGE"] = options.Kernel;
        }

        return await UnlessUpToDateAsync(
            BuildStage.Vm,
            env.VmImage,
            DirectoryContext.Digest(VmDirectory, inputs),
            digest => MakeDiskAsync(env, new ImageRequest(env.VmImage, args, digest, options.NoCache), output, cancellation),
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
            $"Image '{reference}' of stage {stage} of '{env.Name}' is not on the Docker host, and the next stage is made from it. Make it with: Build-ArchiveEnv {env.Name} -Stage {stage} (and the same -Repository)");

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
        string[] directories = [env.Directory, VmDirectory, RunnerDirectory];
        var used = directories.SelectMany(Declared).ToHashSet();
        foreach (var argument in options.BuildArgs.Keys.Where(a => !used.Contains(a)))
            warn($"No Dockerfile of {env.Name} declares ARG {argument}, so that -BuildArg {argument} does nothing.");
    }

    private static string VmDirectory => Path.Combine(ModuleDirectory.Path, "dqd", "vm");

    private static string RunnerDirectory => Path.Combine(ModuleDirectory.Path, "dqd", "runner");

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> args, string key, string value) =>
        new(args) { [key] = value };

    private async Task<ImageInspectResponse> BuildDirectoryAsync(
        string directory, ImageRequest request, ImageBuildOutput output, CancellationToken cancellation)
    {
        await using var context = DirectoryContext.Open(directory, cancellation);
        return await _images.BuildAsync(request, context, output, cancellation);
    }

    /// <summary>
    /// Makes the vm image. What its labels say of the disk is known only when that is written, so the image is made under another
    /// name first, which is taken away however this ends.
    /// </summary>
    private async Task<ImageInspectResponse> MakeDiskAsync(
        ArchiveEnv env, ImageRequest request, ImageBuildOutput output, CancellationToken cancellation)
    {
        var unlabelled = $"dockerarchive-{env.Project}-{Guid.NewGuid().ToString("n")[..8]}:vm";
        try
        {
            await BuildDirectoryAsync(VmDirectory, request with { Reference = unlabelled, Inputs = null }, output, cancellation);
            var labels = await ReadLinesAsync(unlabelled, "/vm/labels", cancellation);
            return await _images.LabelAsync(unlabelled, request, labels, output, cancellation);
        }
        catch (ImageBuildException e) when (e.Steps.Any(step => step is { Stage: "disk", State: BuildStepState.Failed }))
        {
            throw new ArchiveException(
                "DiskConversionFailed",
                ErrorCategory.InvalidResult,
                env.Name,
                $"The disk of '{env.Name}' could not be written. {e.Message}",
                e);
        }
        finally
        {
            if (await _images.FindAsync(unlabelled, null, CancellationToken.None) is not null)
                await engine.Client.Images.DeleteImageAsync(unlabelled, new ImageDeleteParameters(), CancellationToken.None);
        }
    }

    /// <summary>The lines of a small file in an image; a container that is never started lends it.</summary>
    private async Task<IReadOnlyList<string>> ReadLinesAsync(string image, string path, CancellationToken cancellation)
    {
        // Not to be cancelled, as a container whose id did not arrive would stay.
        var container = await engine.Client.Containers.CreateContainerAsync(
            new CreateContainerParameters { Image = image, Cmd = ["none"] }, CancellationToken.None);
        try
        {
            var archive = await engine.Client.Containers.GetArchiveFromContainerAsync(
                container.ID, new ContainerPathStatParameters { Path = path }, statOnly: false, cancellation);
            await using var stream = archive.Stream!;
            await using var tar = new TarReader(stream);
            var file = await tar.GetNextEntryAsync(cancellationToken: cancellation);
            using var text = new StreamReader(file!.DataStream!);
            return (await text.ReadToEndAsync(cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            await engine.Client.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters(), CancellationToken.None);
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
