using System.Runtime.Loader;

namespace DockerArchive.EngineTests.Cmdlets;

public class ImportTests
{
    [Fact]
    public void All_cmdlets_of_the_manifest_are_there_also_after_importing_again()
    {
        using var runspace = new ModuleRunspace();
        string Names() => string.Join(' ', runspace.Run("Get-Command -Module DockerArchive | ForEach-Object Name").As<string>().Order());
        var first = Names();

        Assert.Empty(runspace.Run($"Import-Module '{ModuleRunspace.Manifest}' -Force").Errors);
        Assert.Equal(first, Names());
        Assert.Empty(runspace.Run($"Remove-Module DockerArchive; Import-Module '{ModuleRunspace.Manifest}'").Errors);
        Assert.Equal(first, Names());
        Assert.Contains("Invoke-BuildctlBuild", first, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cmdlet_of_the_manifest_exists_and_no_other()
    {
        using var runspace = new ModuleRunspace();
        var manifest = runspace.Run($"(Test-ModuleManifest '{ModuleRunspace.Manifest}').ExportedCmdlets.Keys").As<string>().Order();
        var exported = runspace.Run("Get-Command -Module DockerArchive | ForEach-Object Name").As<string>().Order();

        Assert.Equal(manifest, exported);
    }

    [Fact]
    public void Scripts_can_name_the_models_and_the_packages_stay_apart()
    {
        using var runspace = new ModuleRunspace();

        Assert.Equal("DockerArchive", runspace.Run("[DockerArchive.Buildkit.BuildStep].Assembly.GetName().Name").Output.Single().ToString());
        Assert.DoesNotContain(
            AssemblyLoadContext.Default.Assemblies,
            a => a.GetName().Name is "Renci.SshNet" or "YamlDotNet" or "Docker.DotNet" or "DockerArchive.PowerShell");
        Assert.Contains(AssemblyLoadContext.All, c => c.Name == "DockerArchive");
    }

    [Fact]
    public void Two_runspaces_of_a_process_share_one_set_of_types()
    {
        using var one = new ModuleRunspace();
        using var other = new ModuleRunspace();
        object Type(ModuleRunspace runspace) => runspace.Run("(Get-Command Get-ArchiveEnv).ImplementingType").Output.Single().BaseObject;

        Assert.Same(Type(one), Type(other));
    }

    [Fact]
    public void Every_cmdlet_says_what_it_gives_out_and_has_a_view_for_it()
    {
        using var runspace = new ModuleRunspace();
        var types = runspace.Run(
            "Get-Command -Module DockerArchive | ForEach-Object { if (-not $_.OutputType) { throw $_.Name }; $_.OutputType.Name }").As<string>().Distinct().ToArray();
        var views = System.Xml.Linq.XDocument.Load(Path.Combine(ModuleRunspace.Root, "DockerArchive.Format.ps1xml"))
            .Descendants("TypeName").Select(e => e.Value).ToHashSet();

        Assert.NotEmpty(types);
        Assert.All(types.Where(t => t.StartsWith("DockerArchive.", StringComparison.Ordinal)), t => Assert.Contains(t, views));
    }
}
