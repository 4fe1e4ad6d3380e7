# The life of instances, in pwsh. The machines are Debian's sshd in a container: what starts, waits and ends them is the same.
BeforeDiscovery {
    docker version *> $null
    $noDocker = $LASTEXITCODE -ne 0
}

Describe 'The life of an instance' -Skip:$noDocker {
    BeforeAll {
        Import-Module "$PSScriptRoot/../DockerArchive.psd1" -Force
        if ($IsLinux) {
            # The base image is made where no registry answers.
            & "$PSScriptRoot/../tools/prepare.sh" base
        }
        docker build --quiet --tag dockerarchive-test/sshd:v1 "$PSScriptRoot/sshd-container" *> $null
        $id = [guid]::NewGuid().ToString('n').Substring(0, 8)
        $name = "life/$id"
        $project = "dockerarchive-test-$id"
        $directory = New-Item -ItemType Directory "TestDrive:/root/$name"
        Set-Content "$directory/.env" 'VERSION=v1', "IMAGE=sshd-$id", "COMPOSE_PROJECT_NAME=$project"
        Set-Content "$directory/docker-compose.yml" 'services:', '  vm:', '    image: dockerarchive-test/sshd:v1', '    ports: ["127.0.0.1::22"]'
        Set-Content "$directory/docker-compose.renamed.yml" 'services:', '  vm:', '    hostname: renamed'
        $env:DOCKERARCHIVE_ROOT = "$TestDrive/root"
        function Get-Remains { docker ps -aq --filter "name=$project"; docker network ls -q --filter "name=$project" }
    }

    AfterEach {
        Remove-ArchiveEnv $name -Force -ErrorAction Ignore
        Get-Remains | Should -BeNullOrEmpty
    }

    AfterAll {
        Remove-Item Env:DOCKERARCHIVE_ROOT
    }

    Context 'Starting' {
        It 'does nothing with -WhatIf' {
            Start-ArchiveEnv $name -WhatIf
            Get-Remains | Should -BeNullOrEmpty
        }

        It 'tells each rung of the ladder and its time' {
            $instance = Start-ArchiveEnv $name -ErrorAction Stop
            $instance | Should -BeOfType DockerArchive.Vm.ArchiveInstance
            $instance.Name, $instance.Project, $instance.Environment | Should -Be $project, $project, $name
            $instance.Readiness.State | Should -Be Created, Booting, SshReady, ServiceReady
            $instance.Readiness.Duration | ForEach-Object { $_ | Should -BeOfType timespan }
            $instance | Out-String -Width 200 | Should -Match 'Name +Environment +State +Accel +Ssh +Ready in'
        }

        It 'stops at the rung of -Until' -ForEach 'Created', 'Booting', 'SshReady' {
            (Start-ArchiveEnv $name -Until $_).State | Should -Be $_
        }

        It 'gives what runs already' {
            $first = Start-ArchiveEnv $name
            (Start-ArchiveEnv $name).ContainerId | Should -Be $first.ContainerId
            ($first | Start-ArchiveEnv).ContainerId | Should -Be $first.ContainerId
        }

        It 'makes further instances, which are found by their names and by their environment''s' {
            $own = Start-ArchiveEnv $name
            $two = Start-ArchiveEnv $name -Instance two
            $two.Name | Should -Be "$project-two"
            $two.Port | Should -Not -Be $own.Port
            Invoke-ArchiveCommand $two.Name 'echo two' | Should -Be two
            Stop-ArchiveEnv $two.Name -PassThru | ForEach-Object Name | Should -Be $two.Name
            (Get-ArchiveEnv $name).Instances.State | Should -Be Running, Stopped
        }

        It 'makes as many as -Count says, and counts those that run' {
            $own = Start-ArchiveEnv $name
            $all = Start-ArchiveEnv $name -Count 3 -ThrottleLimit 3
            $all.Name | Sort-Object | Should -Be $project, "$project-2", "$project-3"
            ($all | Where-Object Name -EQ $project).ContainerId | Should -Be $own.ContainerId
            ($all.Port | Sort-Object -Unique) | Should -HaveCount 3
        }

        It 'uses the overlays that are named, and says which there are' {
            $instance = Start-ArchiveEnv $name -Overlay renamed
            Invoke-ArchiveCommand $name hostname | Should -Be renamed
            Start-ArchiveEnv $name -Instance other -Overlay mirror -ErrorAction SilentlyContinue -ErrorVariable problem
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'UnknownOverlay,*'
            "$problem" | Should -BeLike '*It has: renamed.'
        }

        It 'works in jobs and in parallel, where all get the same machine' {
            $manifest = "$PSScriptRoot/../DockerArchive.psd1"
            $ids = 1..3 | ForEach-Object -Parallel {
                Import-Module $using:manifest
                (Start-ArchiveEnv $using:name).ContainerId
            }
            $ids += Start-Job { Import-Module $using:manifest; (Start-ArchiveEnv $using:name).ContainerId } | Receive-Job -Wait -AutoRemoveJob
            $ids | Should -HaveCount 4
            $ids | Select-Object -Unique | Should -HaveCount 1
        }

        It 'has a -Pull that never pulls' {
            Set-Content "$directory/docker-compose.nowhere.yml" 'services:', '  vm:', '    image: example.invalid/x:v1'
            try {
                Start-ArchiveEnv $name -Overlay nowhere -Pull Never -ErrorAction SilentlyContinue -ErrorVariable problem
                $problem[0].FullyQualifiedErrorId | Should -BeLike 'ImageNotFound,*'
                "$problem" | Should -BeLike '*-Pull Never*'
            }
            finally {
                Remove-Item "$directory/docker-compose.nowhere.yml"
            }
        }
    }

    Context 'Waiting' {
        It 'is for what docker compose has started' {
            docker compose --project-directory $directory.FullName up -d *> $null
            Wait-ArchiveEnv $name | ForEach-Object State | Should -Be ServiceReady
        }

        It 'starts nothing' {
            $null = Start-ArchiveEnv $name -Until Created
            Stop-ArchiveEnv $name
            Wait-ArchiveEnv $name -ErrorAction SilentlyContinue -ErrorVariable problem
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'EnvironmentNotRunning,*'
            (Get-ArchiveEnv $name).State | Should -Be Stopped
        }

        It 'ends when the machine does, with what it said last' {
            Set-Content "$directory/docker-compose.dies.yml" 'services:', '  vm:', "    command: [sh, -c, 'echo last words; exit 3']"
            try {
                Start-ArchiveEnv $name -Overlay dies -ErrorAction SilentlyContinue -ErrorVariable problem
                $problem[0].FullyQualifiedErrorId | Should -BeLike 'GuestEnded,*'
                $problem[0].Exception.ExitCode | Should -Be 3
                $problem[0].Exception.Console | Should -Contain 'last words'
                Get-Remains | Should -BeNullOrEmpty
            }
            finally {
                Remove-Item "$directory/docker-compose.dies.yml"
            }
        }
    }

    Context 'Restarting' {
        It 'goes on with the same disk and the same pinned key' {
            $before = Start-ArchiveEnv $name
            Invoke-ArchiveCommand $name 'touch /root/kept'
            $after = Restart-ArchiveEnv $name -ShutdownTimeoutSec 0
            $after.ContainerId | Should -Be $before.ContainerId
            $after.State | Should -Be ServiceReady
            Invoke-ArchiveCommand $name 'ls /root/kept' | Should -Be /root/kept
        }

        It 'does nothing with -WhatIf' {
            $null = Start-ArchiveEnv $name
            $started = docker inspect --format '{{.State.StartedAt}}' "$project-vm-1"
            Restart-ArchiveEnv $name -WhatIf
            docker inspect --format '{{.State.StartedAt}}' "$project-vm-1" | Should -Be $started
        }
    }

    Context 'The console' {
        It 'is lines of text with their times' {
            $null = Start-ArchiveEnv $name
            $lines = Get-ArchiveConsole $name
            $lines | Should -BeOfType DockerArchive.Vm.ConsoleLine
            $line = $lines | Where-Object Text -Match '^Server listening on' | Select-Object -First 1
            $line.Instance | Should -Be $project
            $line.Time.Offset | Should -Be ([timespan]::Zero)
            ($line | Out-String).Trim() | Should -Be $line.Text
            Get-ArchiveConsole $name -Tail 2 | Should -HaveCount 2
        }

        It 'is followed until the machine ends' {
            $null = Start-ArchiveEnv $name
            $manifest = "$PSScriptRoot/../DockerArchive.psd1"
            $job = Start-Job { Import-Module $using:manifest; Get-ArchiveConsole $using:name -Follow | ForEach-Object Text }
            while (-not ($job.ChildJobs[0].Output -match 'Server listening')) { Start-Sleep -Milliseconds 100 }
            Stop-ArchiveEnv $name
            $job | Receive-Job -Wait -AutoRemoveJob | Select-Object -Last 1 | Should -Match 'signal 15'
        }

        It 'shows control characters that are left, and keeps them in the data' {
            $null = Start-ArchiveEnv $name
            docker exec "$project-vm-1" sh -c 'printf "old\r\033[31mnew\033[0m \007bell\n" >/proc/1/fd/2'
            $line = Get-ArchiveConsole $name -Tail 1
            $line.Text | Should -BeLike 'new*bell'
            $line.Raw | Should -BeLike "old*$([char]27)*bell"
            $line | Out-String | Should -Not -Match ([char]27)
        }

        It 'of what is not there is an error' {
            Get-ArchiveConsole $name -ErrorAction SilentlyContinue -ErrorVariable problem
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'EnvironmentNotRunning,*'
        }
    }

    Context 'Removing' {
        It 'needs -Force for what runs' {
            $null = Start-ArchiveEnv $name
            Remove-ArchiveEnv $name -ErrorAction SilentlyContinue -ErrorVariable problem
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'InstanceRunning,*'
            Remove-ArchiveEnv $name -Force -WhatIf
            (Get-ArchiveEnv $name).State | Should -Be Running
        }

        It 'finds a network that a start which was killed has left' {
            $null = Start-ArchiveEnv $name -Until Created
            docker rm -f "$project-vm-1" *> $null
            docker network ls -q --filter "name=$project" | Should -Not -BeNullOrEmpty
            Remove-ArchiveEnv $name
            Get-Remains | Should -BeNullOrEmpty
        }

        It 'finds an instance whose directory was renamed' {
            $null = Start-ArchiveEnv $name
            Rename-Item $directory "$id-renamed"
            try {
                Stop-ArchiveEnv $name -TimeoutSec 0 -PassThru | ForEach-Object Name | Should -Be $project
                Remove-ArchiveEnv $project
                Get-Remains | Should -BeNullOrEmpty
            }
            finally {
                Rename-Item "$($directory.Parent.FullName)/$id-renamed" $id
            }
        }
    }

    It '<_> completes names of instances where an environment has several' -ForEach 'Stop-ArchiveEnv', 'Restart-ArchiveEnv', 'Wait-ArchiveEnv', 'Get-ArchiveConsole' {
        $null = Start-ArchiveEnv $name -Count 2 -Until Created
        $line = "$_ $project"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be $project, "$project-2"
    }
}
