namespace DockerArchive.EngineTests.Cmdlets;

public class HelpTests
{
    [Fact]
    public void Every_cmdlet_has_help_with_an_example()
    {
        using var runspace = new ModuleRunspace();
        var names = runspace.Run("Get-Command -Module DockerArchive | ForEach-Object Name").As<string>().ToArray();

        Assert.All(names, name =>
        {
            var help = runspace.Run($"$help = Get-Help {name}; $help.Synopsis; @($help.examples.example).Count").Output;
            Assert.DoesNotContain($"{name} [", help[0].ToString(), StringComparison.Ordinal);
            Assert.True((int)help[1].BaseObject > 0);
        });
    }

    [Fact]
    public void The_about_topic_is_found()
    {
        using var runspace = new ModuleRunspace();
        var topic = runspace.Run("Get-Help about_DockerArchive").Output.Single().ToString();

        Assert.Contains("QUICK START", topic, StringComparison.Ordinal);
        Assert.Contains("GuestNotReady", topic, StringComparison.Ordinal);
    }
}
