using System.Globalization;

namespace DockerArchive.IntegrationTests;

[Collection(nameof(RunningEnvironment))]
public class LifeTests(RunningEnvironment environment)
{
    private ModuleRunspace Module => environment.Module;

    [Fact]
    public void Images_of_all_three_stages_exist_and_are_not_made_again()
    {
        Assert.Equal(["Ctr", "Vm", "Dqd"], environment.Stages.Select(s => s.Properties["Stage"].Value.ToString()));
        Assert.All(environment.Stages, s => Assert.StartsWith("sha256:", Cli.Docker("image", "inspect", "--format", "{{.Id}}", (string)s.Properties["Image"].Value), StringComparison.Ordinal));

        var again = RunningEnvironment.Succeeded(Module.Run($"Build-ArchiveEnv {RunningEnvironment.Name}"));
        Assert.All(again, s => Assert.True((bool)s.Properties["UpToDate"].Value));
        Assert.Equal(environment.Stages.Select(s => s.Properties["ImageId"].Value), again.Select(s => s.Properties["ImageId"].Value));
    }

    [Fact]
    public void The_guest_has_grown_its_file_system_to_the_disks_size()
    {
        var vm = environment.Stages[1];
        var size = (long)vm.Properties["DiskSize"].Value;

        Assert.Equal(10L << 30, size);
        Assert.InRange((long)vm.Properties["DiskUsed"].Value, 100_000_000, 2_000_000_000);
        Assert.InRange(long.Parse(RunningEnvironment.InGuest("df -B1 --output=size / | tail -n 1"), CultureInfo.InvariantCulture), size / 100 * 95, size);
    }

    [Fact]
    public void A_started_environment_is_ready_on_loopback_only()
    {
        Assert.Equal("ServiceReady", environment.Instance.Properties["State"].Value.ToString());
        Assert.Equal("127.0.0.1", environment.Instance.Properties["ComputerName"].Value);
        Assert.Equal(
            "127.0.0.1", Cli.Docker("inspect", "--format", "{{(index (index .NetworkSettings.Ports \"22/tcp\") 0).HostIp}}", environment.ContainerId));
        Assert.Equal("false", Cli.Docker("inspect", "--format", "{{.HostConfig.Privileged}}", environment.ContainerId));
        Assert.Equal(
            Cli.Docker("inspect", "--format", "{{len .HostConfig.Devices}}", environment.ContainerId) == "1" ? "Kvm" : "Tcg",
            environment.Instance.Properties["Acceleration"].Value.ToString());
    }

    [Fact]
    public void Compose_sees_what_the_module_started()
    {
        var listing = Cli.Run("docker-compose", "-f", "buildkit/docker-v20.10.24/docker-compose.yml", "--project-directory", "buildkit/docker-v20.10.24",
            "-p", RunningEnvironment.Project, "ps");

        Assert.Contains($"{RunningEnvironment.Project}-vm-1", listing, StringComparison.Ordinal);
        Assert.Contains("Up", listing, StringComparison.Ordinal);
    }

    [Fact]
    public void Starting_a_started_environment_gives_the_same_container()
    {
        var again = Assert.Single(RunningEnvironment.Succeeded(Module.Run($"Start-ArchiveEnv {RunningEnvironment.Name}")));

        Assert.Equal(environment.ContainerId, again.Properties["ContainerId"].Value);
        Assert.Equal("ServiceReady", again.Properties["State"].Value.ToString());
    }

    [Fact]
    public void The_catalogue_shows_what_runs()
    {
        var running = Assert.Single(RunningEnvironment.Succeeded(Module.Run("Get-ArchiveEnv -Running")));

        Assert.Equal(RunningEnvironment.Name, running.Properties["Name"].Value);
        Assert.Equal("Running", running.Properties["State"].Value.ToString());
    }

    [Fact]
    public void The_environments_own_script_enters_the_guest() =>
        Assert.Equal(RunningEnvironment.Project, RunningEnvironment.InGuest("hostname"));

    [Fact]
    public void A_wrong_password_is_an_authentication_error_that_names_the_remedy()
    {
        var result = Module.Run(
            $"Get-BuildkitStatus {RunningEnvironment.Name} -Credential $credential",
            ("credential", new System.Management.Automation.PSCredential("root", Secure("wrong"))));

        Assert.Equal("GuestLoginFailed", result.ErrorId);
        Assert.Equal(System.Management.Automation.ErrorCategory.AuthenticationError, result.Errors[0].CategoryInfo.Category);
        Assert.Contains("-Credential", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_instance_is_not_removed_without_Force()
    {
        Assert.Equal("InstanceRunning", Module.Run($"Remove-ArchiveEnv {RunningEnvironment.Name}").ErrorId);
        Assert.Equal("true", Cli.Docker("inspect", "--format", "{{.State.Running}}", environment.ContainerId));
    }

    [Fact]
    public void The_status_tells_versions_units_and_journal()
    {
        var status = Assert.Single(RunningEnvironment.Succeeded(Module.Run($"Get-BuildkitStatus {RunningEnvironment.Name}")));
        var service = status.Properties["Service"].Value;
        T Of<T>(string name) => (T)service.GetType().GetProperty(name)!.GetValue(service)!;

        Assert.True((bool)status.Properties["Healthy"].Value);
        Assert.StartsWith("20.10.24", $"{Module.Run("$status.Version.Version", ("status", status)).Output[0]}", StringComparison.Ordinal);
        Assert.StartsWith("1.1.5", $"{Module.Run("$status.Runc.Version", ("status", status)).Output[0]}", StringComparison.Ordinal);
        Assert.Equal("Active", service.GetType().GetProperty("ActiveState")!.GetValue(service)!.ToString());
        Assert.Equal("running", Of<string>("SubState"));
        Assert.Equal(
            RunningEnvironment.InGuest("systemctl show -p MainPID --value buildkit"), Of<int>("MainPid").ToString(CultureInfo.InvariantCulture));
        Assert.True(Of<long>("MemoryBytes") > 10_000_000);
        Assert.Contains("buildkit.socket", Of<IReadOnlyList<string>>("TriggeredBy"));
        Assert.Contains("https://github.com/moby/buildkit", Of<IReadOnlyList<string>>("Documentation"));
        Assert.Equal("/system.slice/buildkit.service", Of<string>("ControlGroup"));
        Assert.NotEmpty(Module.Run("$status.Workers", ("status", status)).Output);
        Assert.NotEmpty(Module.Run("$status.Journal", ("status", status)).Output);
    }

    private static System.Security.SecureString Secure(string text)
    {
        var secure = new System.Security.SecureString();
        foreach (var c in text)
            secure.AppendChar(c);
        return secure;
    }
}
