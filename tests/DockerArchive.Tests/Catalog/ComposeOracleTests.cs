using System.Collections.Concurrent;
using DockerArchive.Catalog;
using DockerArchive.Docker;

namespace DockerArchive.Tests.Catalog;

/// <summary>What <c>docker compose config</c> says of the same files is what we read.</summary>
public sealed class ComposeOracleTests : IDisposable
{
    /// <summary>Generated projects; <c>DOCKERARCHIVE_COMPOSE_RUNS</c> asks for more, <c>DOCKERARCHIVE_COMPOSE_SEED</c> for others.</summary>
    private static readonly int Runs = FromVariable("DOCKERARCHIVE_COMPOSE_RUNS", 60);

    private static readonly int Seed = FromVariable("DOCKERARCHIVE_COMPOSE_SEED", 1);

    private readonly TemporaryDirectory _root = new();

    public ComposeOracleTests() => DockerCompose.SkipUnlessThere();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Every_environment_of_the_repository_reads_the_same_with_each_of_its_overlays()
    {
        var catalog = ArchiveCatalog.Open([Path.Combine(RepositoryRoot(), "buildkit")]);
        var checkedFiles = 0;
        foreach (var (name, directory) in catalog.Directories())
        {
            var env = ArchiveCatalog.Read(name, directory);
            foreach (var overlays in env.Overlays.Select(o => new[] { o }).Prepend([]))
            {
                var project = ArchiveCatalog.ReadProject(env, overlays);
                var (model, error) = DockerCompose.Config(directory, project.Files);
                Assert.True(model is not null, error);
                var difference = JsonDifference.Find(name, model, ComposeConfigJson.Of(project));
                Assert.True(difference is null, difference);
                checkedFiles++;
            }
        }

        Assert.True(checkedFiles >= 4, $"only {checkedFiles} readings were compared");
    }

    [Theory]
    [MemberData(nameof(ArchiveForms.Names), MemberType = typeof(ArchiveForms))]
    public void The_forms_of_public_archives_read_the_same(string name)
    {
        var form = ArchiveForms.Get(name);
        foreach (var (path, text) in form.Files)
            _root.Write(path, text);
        foreach (var files in form.Readings)
        {
            var difference = Compare(Path.Combine(_root.Path, form.Directory), files, ArchiveForms.Shell).Difference;
            Assert.True(difference is null, difference);
        }
    }

    [Fact]
    public void Generated_projects_read_the_same_or_are_refused_by_both()
    {
        var accepted = 0;
        var differences = new ConcurrentQueue<string>();
        Parallel.For(0, Runs, run =>
        {
            var seed = Seed + run;
            var project = new ComposeGenerator(seed).Generate();
            foreach (var (path, text) in project.Files)
                _root.Write($"p{seed}/{path}", text);
            var comparison = Compare(Path.Combine(_root.Path, $"p{seed}"), project.Merged, project.Shell);
            if (comparison.Difference is { } difference)
                differences.Enqueue($"seed {seed}: {difference}");
            else if (comparison.Accepted)
                Interlocked.Increment(ref accepted);
        });

        Assert.True(differences.IsEmpty, string.Join('\n', differences));
        // If nearly all were refused, little would be compared.
        Assert.True(accepted > Runs / 3, $"compose accepted only {accepted} of {Runs}");
    }

    /// <returns>Whether compose accepts the files, and where we see them differently.</returns>
    private static (bool Accepted, string? Difference) Compare(
        string directory, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> shell)
    {
        string[] files = [.. names.Select(n => Path.Combine(directory, n))];
        var (model, error) = DockerCompose.Config(directory, files, shell);
        try
        {
            var ours = ComposeConfigJson.Of(Read(directory, files, shell));
            return (model is not null, model is null ? $"compose refuses what we read: {error}" : JsonDifference.Find("", model, ours));
        }
        catch (Exception e) when (e is BrokenEnvironmentException or FormatException)
        {
            return (model is not null, model is null ? null : $"we refuse what compose reads: {e.Message}");
        }
    }

    private static ComposeProject Read(string directory, IReadOnlyList<string> files, IReadOnlyDictionary<string, string> shell)
    {
        var dotEnv = Path.Combine(directory, ".env");
        var settings = File.Exists(dotEnv)
            ? DotEnv.Parse(File.ReadAllText(dotEnv), shell.GetValueOrDefault)
            : new Dictionary<string, string>();
        return ComposeReader.Read(new ComposeSource
        {
            Project = ProjectName.OfSettings(shell) ?? ProjectName.OfSettings(settings),
            Directory = directory,
            Files = files,
            Lookup = name => shell.GetValueOrDefault(name) ?? settings.GetValueOrDefault(name),
        });
    }

    private static string RepositoryRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "DockerArchive.psd1")))
            directory = Path.GetDirectoryName(directory)!;
        return directory;
    }

    private static int FromVariable(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : otherwise;
}
