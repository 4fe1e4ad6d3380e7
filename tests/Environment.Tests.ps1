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

    It 'tells the steps of an image build' {
        $mark = [guid]::NewGuid().ToString('n')
        $directory = New-Item "TestDrive:/steps" -ItemType Directory
        Set-Content "$directory/.env" "VERSION=v1`nIMAGE=steps`nCOMPOSE_PROJECT_NAME=dockerarchive-test-steps"
        Set-Content "$directory/docker-compose.yml" "services:`n  vm:`n    image: dockerarchive-test/${mark}:steps_v1"
        Set-Content "$directory/Dockerfile" "FROM debian:bookworm-slim`nRUN echo $mark"
        try {
            $stage = Build-ArchiveEnv steps Ctr -Root (Get-Item TestDrive:/).FullName
            $stage.Steps | Should -BeOfType DockerArchive.Buildkit.BuildStep
            ($stage.Steps | Where-Object Instruction -eq "RUN echo $mark").Log.Text | Should -Be $mark
            $stage.Steps | Out-String | Should -Match '# +State +Duration +Log Name'
        }
        finally {
            docker image rm "dockerarchive-test/${mark}:ctr_steps_v1" > $null
        }
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

    Context 'Its journal' {
        It 'has the entries of the daemon, as objects and as lines' {
            $entries = Get-BuildkitJournal $name -Boot 0
            $entries | Should -BeOfType DockerArchive.Systemd.JournalEntry
            $entries.Unit | Select-Object -Unique | Should -Be buildkit.service
            $entries.Environment | Select-Object -Unique | Should -Be $name
            $entries.Level | Should -Contain Info
            $entries[-1] | Out-String | Should -Match '^\s*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \S*(info|warning|error)'
        }

        It 'is filtered, and goes on after an entry' {
            $entries = Get-BuildkitJournal $name
            Get-BuildkitJournal $name -Tail 2 | ForEach-Object Cursor | Should -Be $entries[-2, -1].Cursor
            $entries[0] | Get-BuildkitJournal | Select-Object -First 1 | ForEach-Object Cursor | Should -Be $entries[1].Cursor
            (Get-BuildkitJournal $name -Grep 'api listen').LogMessage | Should -BeLike 'API listen*'
            Get-BuildkitJournal $name -Since (Get-Date).AddDays(1) | Should -BeNullOrEmpty
        }

        It 'is followed until downstream has enough' {
            $first = Get-BuildkitJournal $name -Follow -Tail 3 | Select-Object -First 3
            $first | Should -HaveCount 3
            Invoke-ArchiveCommand $name "pgrep -f '[j]ournalctl .*--follow' || echo none" | Should -Be none
        }
    }

    Context 'Its daemon' {
        It 'has a worker' {
            $worker = Get-BuildkitWorker $name
            $worker.Platforms | Should -Contain linux/amd64
            $worker.Environment | Should -Be $name
        }

        It 'has a cache, which is shown with its total and cleared' {
            $null = Invoke-BuildctlBuild $name "$examples/hello"
            $usage = Get-BuildkitDiskUsage $name
            $usage.Records.Type | Should -Contain regular
            $usage | Out-String | Should -Match "$($usage.Records.Count) records, \d+(\.\d\d)?[kMG]?B, reclaimable"
            $usage.Records | Out-String | Should -Match 'Id +Size +Type'
            Clear-BuildkitCache $name -All -WhatIf | Should -BeNullOrEmpty
            $cleared = Clear-BuildkitCache $name -All
            $cleared.Total | Should -Be $usage.Total
            $cleared | Out-String | Should -Match 'records removed, .* freed'
            (Get-BuildkitDiskUsage $name).Records | Should -BeNullOrEmpty
        }

        It 'is restarted, and serves then' {
            $before = (Get-BuildkitStatus $name).Service.MainPid
            Restart-BuildkitService $name -WhatIf
            (Get-BuildkitStatus $name).Service.MainPid | Should -Be $before
            $status = Restart-BuildkitService $name -Wait -PassThru
            $status.Service.MainPid | Should -Not -Be $before
            $status.Healthy | Should -BeTrue
            (Invoke-BuildctlBuild $name "$examples/hello").Succeeded | Should -BeTrue
        }
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
