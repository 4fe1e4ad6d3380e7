namespace DockerArchive.IntegrationTests;

/// <summary>What Test-ArchiveEnv -Online hears from a real registry.</summary>
public sealed class RegistryTests : IDisposable
{
    private const string Name = "buildkit/v0.25.2";

    private readonly string _root = Directory.CreateTempSubdirectory("dockerarchive-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>An environment whose images are those of the registry.</summary>
    private void Make(LoopbackRegistry registry)
    {
        Assert.Equal(Name, registry.Run(_root, $"(New-ArchiveEnv {Name} -Root $root).Name"));
        var compose = Path.Combine(_root, Name, "docker-compose.yml");
        File.WriteAllText(compose, File.ReadAllText(compose).Replace("ssst0n3/docker_archive", Repository(registry), StringComparison.Ordinal));
    }

    private static string Repository(LoopbackRegistry registry) => $"{registry.Host}/ssst0n3/docker_archive";

    private const string Findings =
        $"Test-ArchiveEnv {Name} -Root $root -Online | Where-Object Rule -eq ImagePublished | "
        + "ForEach-Object { if (-not $_.Published) { return \"$($_.Severity) -\" } \"$($_.Severity) $($_.Published.Reference.Split(':')[-1]) $($_.Published.Digest.Length) $($_.Published.Size -gt 300) "
        + "$(([DateTimeOffset]::UtcNow - $_.Published.Created).TotalHours -lt 1)\" }";

    [Theory]
    [InlineData(RegistryAccess.Password)]
    [InlineData(RegistryAccess.Token)]
    public void The_registry_tells_what_it_has_to_whom_has_logged_in(RegistryAccess access)
    {
        using var registry = new LoopbackRegistry(access);
        Make(registry);
        registry.Login();
        registry.Push($"{Repository(registry)}:buildkit-v0.25.2_v0.1.0", $"{Repository(registry)}:buildkit-v0.25.2");

        Assert.Equal(
            "Information buildkit-v0.25.2_v0.1.0 71 True True\nInformation buildkit-v0.25.2 71 True True\nWarning -\nWarning -",
            registry.Run(_root, Findings));
        Assert.Equal(
            Cli.Docker("--config", registry.DockerConfig, "manifest", "inspect", "--insecure", "-v", $"{Repository(registry)}:buildkit-v0.25.2").Split("\"digest\": \"")[1][..71],
            registry.Run(_root, $"@((Test-ArchiveEnv {Name} -Root $root -Online).Published.Digest)[0]"));

        File.Delete(Path.Combine(registry.DockerConfig, "config.json"));
        Assert.Equal(string.Join('\n', Enumerable.Repeat("Warning -", 4)), registry.Run(_root, Findings));
    }

    [Fact]
    public void An_alias_that_leads_elsewhere_is_told()
    {
        using var registry = new LoopbackRegistry(RegistryAccess.Password);
        Make(registry);
        registry.Login();
        registry.Push($"{Repository(registry)}:buildkit-v0.25.2_v0.1.0");
        Thread.Sleep(1100); // The time in an image is of whole seconds, and two imports in one would be one image.
        registry.Push($"{Repository(registry)}:buildkit-v0.25.2");

        var told = registry.Run(_root, $"Test-ArchiveEnv {Name} -Root $root -Online | Where-Object {{ $_.Severity -eq 'Warning' -and $_.Published }} | ForEach-Object Message");
        Assert.StartsWith($"{Repository(registry)}:buildkit-v0.25.2 does not lead to {Repository(registry)}:buildkit-v0.25.2_v0.1.0, but to sha256:", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_login_that_is_refused_is_an_error()
    {
        using var registry = new LoopbackRegistry(RegistryAccess.Token);
        Make(registry);
        registry.Login("wrong");

        Assert.Equal(
            "RegistryLoginRefused,DockerArchive.Commands.TestArchiveEnvCommand AuthenticationError",
            registry.Run(_root, $"Test-ArchiveEnv {Name} -Root $root -Online -Quiet -ErrorVariable failed -ErrorAction SilentlyContinue | Out-Null; \"$($failed[0].FullyQualifiedErrorId) $($failed[0].CategoryInfo.Category)\""));
    }

    [Fact]
    public void The_login_of_a_credential_helper_is_used_and_a_damaged_configuration_is_told()
    {
        using var registry = new LoopbackRegistry(RegistryAccess.Password);
        Make(registry);
        registry.Login();
        registry.Push($"{Repository(registry)}:buildkit-v0.25.2_v0.1.0");

        var config = registry.LoginByHelper();
        Assert.StartsWith("Information buildkit-v0.25.2_v0.1.0 71 True True\n", registry.Run(_root, Findings), StringComparison.Ordinal);

        File.WriteAllText(config, "{\"auths\": [");
        Assert.Contains($"The logins in {config} cannot be read", registry.Run(_root, Findings), StringComparison.Ordinal);
    }
}
