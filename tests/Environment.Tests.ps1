# The same path as `make run`, as a user of pwsh goes it: real Docker, real machine, real BuildKit.
BeforeDiscovery {
    docker version *> $null
    $noDocker = $LASTEXITCODE -ne 0
}

Describe 'An environment' -Skip:$noDocker {
    BeforeAll {
        Import-Module "$PSScriptRoot/../DockerArchive.psd1" -Force
        $name = 'buildkit/docker-v20.10.24'
        $examples = "$PSScriptRoot/../examples"
        if ($IsLinux) {
            # The base image is made where no registry answers.
            & "$PSScriptRoot/../tools/prepare.sh" base
        }
        $stages = Build-ArchiveEnv $name
        $instance = Start-ArchiveEnv $name -TimeoutSec 300
    }

    AfterAll {
        Remove-ArchiveEnv $name -Force
        docker ps -aq --filter "label=com.docker.compose.project=$($instance.Name)" | Should -BeNullOrEmpty
    }

    It 'is made in three stages' {
        "$($stages.Stage)" | Should -Be 'Ctr Vm Dqd'
    }

    It 'is ready on loopback' {
        $instance.State | Should -Be ServiceReady
        $instance.ComputerName | Should -Be 127.0.0.1
        $instance.Readiness.State | Should -Be Created, Booting, SshReady, ServiceReady
    }

    It 'is listed as running, and the instance finds it again by the pipeline' {
        (Get-ArchiveEnv -Running).Name | Should -Contain $name
        ($instance | Get-BuildkitStatus).Instance | Should -Be $instance.Name
    }

    It 'builds and gives typed steps' {
        $result = Invoke-BuildctlBuild $name "$examples/hello" -NoCache
        $result | Should -BeOfType DockerArchive.Buildkit.BuildResult
        $result.Succeeded | Should -BeTrue
        $check = $result.Steps | Where-Object Stage -eq check
        $check.State | Should -Be Done
        $check.Log.Text | Should -Be (1..4 | ForEach-Object { "checking rule $_/4" })
        $result.Steps | Out-String | Should -Match '# +State +Duration +Log Name'
    }

    It 'streams events' {
        Invoke-BuildctlBuild $name "$examples/hello" -Stream | Where-Object Kind -eq StepCompleted | Should -Not -BeNullOrEmpty
    }

    It 'brings an unquoted local output back' {
        $null = Invoke-BuildctlBuild $name "$examples/hello" -Output type=local,dest=TestDrive:/out
        "$TestDrive/out/compiled" | Should -Exist
    }

    It 'reports a failing build as an error and as a result' {
        $result = Invoke-BuildctlBuild $name "$examples/hello" -Dockerfile fail.Dockerfile -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'BuildFailed,*'
        $result.Succeeded | Should -BeFalse
        $result.Error.ExitCode | Should -Be 7
    }

    It 'tells how its BuildKit is doing' {
        $status = Get-BuildkitStatus $name
        $status.Healthy | Should -BeTrue
        $status.Service.ActiveState | Should -Be Active
        $status.Service.TriggeredBy | Should -Contain buildkit.socket
        $status.Runc.Version | Should -BeLike '1.1.5*'
        $status | Out-String | Should -Match 'healthy'
    }

    It 'works inside a job' {
        $job = Start-Job {
            param($module, $name)
            Import-Module $module
            (Get-BuildkitStatus $name).Healthy
        } -ArgumentList "$PSScriptRoot/../DockerArchive.psd1", $name
        $job | Receive-Job -Wait -AutoRemoveJob | Should -BeTrue
    }

    It 'keeps its disk over a stop' {
        Stop-ArchiveEnv $name
        (Get-ArchiveEnv $name).State | Should -Be Stopped
        (Start-ArchiveEnv $name -TimeoutSec 300).ContainerId | Should -Be $instance.ContainerId
        # What was built before the stop is still in BuildKit's cache.
        (Invoke-BuildctlBuild $name "$examples/hello").CachedStepCount | Should -BeGreaterThan 0
    }
}
