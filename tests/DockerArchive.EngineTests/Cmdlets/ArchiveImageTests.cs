using System.Management.Automation;

namespace DockerArchive.EngineTests.Cmdlets;

/// <summary>What the cmdlets for images do before they have an engine, and without one.</summary>
public sealed class ArchiveImageTests : IDisposable
{
    private const string NoEngine = "-DockerHost unix:///nonexistent/docker.sock";
    private const string Publish = $"Publish-ArchiveEnv one -Root $root {NoEngine}";

    private readonly ModuleRunspace _runspace = new();
    private readonly string _root = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    public ArchiveImageTests()
    {
        Write("one", "services:\n  master: &it\n    image: example.invalid/archive:${IMAGE}_${VERSION}\n  worker: *it\n  other:\n    image: example.invalid/other\n");
        Write("two", null);
    }

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private void Write(string name, string? compose)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        File.WriteAllText(Path.Combine(directory, ".env"), $"VERSION=v1\nIMAGE={name}\nCOMPOSE_PROJECT_NAME=test-{name}\n");
        if (compose is not null)
            File.WriteAllText(Path.Combine(directory, "docker-compose.yml"), compose);
    }

    private RunResult Run(string script) => _runspace.Run(script, ("root", _root));

    [Theory]
    [InlineData("-Registry https://ghcr.io", "RegistryInvalid", "such as localhost:5000")]
    [InlineData("-Mirror", "ParametersConflict", "give -Registry")]
    [InlineData("-Mirror -Registry localhost:1 -Stage Ctr", "ParametersConflict", "-Stage")]
    [InlineData("-Stage Vm", "ParameterArgumentValidationError", "Ctr")]
    [InlineData("-MaximumRetryCount 101", "ParameterArgumentValidationError", "100")]
    public void What_cannot_be_pushed_so_is_refused_before_anything_is_done(string arguments, string errorId, string remedy)
    {
        var result = Run($"{Publish} {arguments}");

        Assert.Equal(errorId, result.ErrorId);
        Assert.Contains(remedy, result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_engine_WhatIf_works_and_nothing_else()
    {
        Assert.Empty(Run($"{Publish} -Registry localhost:1 -Mirror -WhatIf").Errors);
        Assert.Equal("DockerUnavailable", Run(Publish).ErrorId);
        Assert.Equal("DockerUnavailable", Run($"Get-ArchiveImage one -Root $root {NoEngine}").ErrorId);
        Assert.Equal("EnvironmentNotFound", Run($"Get-ArchiveImage three -Root $root {NoEngine}").ErrorId);
        Assert.Equal("EnvironmentNotFound", Run($"Publish-ArchiveEnv three -Root $root {NoEngine}").ErrorId);
    }

    [Fact]
    public void A_mirror_is_for_environments_with_a_compose_file()
    {
        var result = Run($"Publish-ArchiveEnv two -Root $root {NoEngine} -Registry localhost:1 -Mirror");

        Assert.Equal("BrokenEnvironment", result.ErrorId);
        Assert.Equal(ErrorCategory.InvalidData, result.Errors[0].CategoryInfo.Category);
    }

    [Fact]
    public void Registries_with_a_login_are_completed()
    {
        var config = Directory.CreateDirectory(Path.Combine(_root, "docker")).FullName;
        File.WriteAllText(
            Path.Combine(config, "config.json"),
            """{ "auths": { "https://index.docker.io/v1/": {}, "localhost:5000": {} }, "credHelpers": { "ghcr.io": "any" } }""");
        var before = Environment.GetEnvironmentVariable("DOCKER_CONFIG");
        Environment.SetEnvironmentVariable("DOCKER_CONFIG", config);
        try
        {
            const string complete = "(TabExpansion2 'Publish-ArchiveEnv one -Registry {0}').CompletionMatches | ForEach-Object CompletionText";
            Assert.Equal(["docker.io", "ghcr.io", "localhost:5000"], Run(complete.Replace("{0}", "", StringComparison.Ordinal)).As<string>());
            Assert.Equal(["ghcr.io"], Run(complete.Replace("{0}", "gh", StringComparison.Ordinal)).As<string>());
        }
        finally
        {
            Environment.SetEnvironmentVariable("DOCKER_CONFIG", before);
        }
    }
}
