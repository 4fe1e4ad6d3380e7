# What happens inside a guest, in pwsh. The guest is Debian's sshd in a container: only sshd matters here.
BeforeDiscovery {
    docker version *> $null
    $noDocker = $LASTEXITCODE -ne 0
}

Describe 'A guest' -Skip:$noDocker {
    BeforeAll {
        Import-Module "$PSScriptRoot/../DockerArchive.psd1" -Force
        if ($IsLinux) {
            # The base image is made where no registry answers.
            & "$PSScriptRoot/../tools/prepare.sh" base
        }
        docker build --quiet --tag dockerarchive-test/sshd:v1 "$PSScriptRoot/sshd-container" *> $null
        $id = [guid]::NewGuid().ToString('n').Substring(0, 8)
        foreach ($node in 'a', 'b') {
            $directory = New-Item -ItemType Directory "TestDrive:/root/sshd/$id-$node"
            Set-Content "$directory/.env" "VERSION=v1", "IMAGE=sshd-$id-$node", "COMPOSE_PROJECT_NAME=dockerarchive-test-$id-$node"
            Set-Content "$directory/docker-compose.yml" 'services:', '  vm:', '    image: dockerarchive-test/sshd:v1', '    ports: ["127.0.0.1:4001:22"]'
        }
        $env:DOCKERARCHIVE_ROOT = "$TestDrive/root"
        $name = "sshd/$id-a"
        $instances = Start-ArchiveEnv "sshd/$id-*" -Until SshReady -WarningAction SilentlyContinue
    }

    AfterAll {
        Remove-ArchiveEnv "sshd/$id-*" -Force
        Remove-Item Env:DOCKERARCHIVE_ROOT
    }

    Context 'Invoke-ArchiveCommand' {
        It 'gives lines that know where they come from' {
            $lines = Invoke-ArchiveCommand "sshd/$id-*" 'echo one; echo two'
            $lines | Group-Object PSEnvironment | ForEach-Object Count | Should -Be 2, 2
            $lines | Should -BeOfType string
        }

        It 'takes instances from the pipeline' {
            $instances | Invoke-ArchiveCommand -Command 'echo here' | Should -Be here, here
        }

        It 'streams the pipeline to standard input' {
            1..5 | Invoke-ArchiveCommand $name 'cat -n' | Select-Object -Last 1 | Should -Be "     5`t5"
        }

        It 'ends the command when nobody wants more' {
            Invoke-ArchiveCommand $name 'yes; sleep 4711' | Select-Object -First 2 | Should -Be y, y
            Invoke-ArchiveCommand $name 'ps -ef' | Should -Not -Match 4711
        }

        It 'works in parallel runspaces over one connection' {
            $manifest = "$PSScriptRoot/../DockerArchive.psd1"
            1..6 | ForEach-Object -Parallel {
                Import-Module $using:manifest
                Invoke-ArchiveCommand $using:name "echo $_"
            } | Sort-Object | Should -Be (1..6)
            Invoke-ArchiveCommand $name 'ps -ef | grep -c "[s]shd: root@"' | Should -Be 1
        }

        It 'works in a job' {
            $manifest = "$PSScriptRoot/../DockerArchive.psd1"
            Start-Job { Import-Module $using:manifest; Invoke-ArchiveCommand $using:name 'echo job' } |
                Receive-Job -Wait -AutoRemoveJob | Should -Be job
        }

        It 'shows control characters instead of obeying them, and keeps them in the data' {
            $line = Invoke-ArchiveCommand $name 'printf "\033[31mred\n"'
            ($line | Out-String).Trim() | Should -Be '^[[31mred'
            $line | Should -Be "$([char]27)[31mred"
        }

        It 'gives exit codes as objects and as errors' {
            $result = Invoke-ArchiveCommand $name 'exit 3' -PassThru -ErrorAction SilentlyContinue -ErrorVariable problem
            $result.ExitCode | Should -Be 3
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'RemoteCommandFailed,*'
            $result | Out-String | Should -Match 'Environment +Exit +Time Stdout +Stderr'
        }

        It 'completes environments' {
            $line = "Invoke-ArchiveCommand sshd/$id-"
            ([System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)).CompletionMatches.CompletionText |
                Should -Be "sshd/$id-a", "sshd/$id-b"
        }
    }

    Context 'The connection' {
        It 'is closed when the module is removed' {
            $null = Invoke-ArchiveCommand $name 'true'
            Remove-Module DockerArchive
            $open = { docker exec $instances[0].ContainerId pgrep -fc '[s]shd: root@notty' }
            foreach ($attempt in 1..50) { if ((& $open) -eq 0) { break }; Start-Sleep -Milliseconds 100 }
            & $open | Should -Be 0
            Import-Module "$PSScriptRoot/../DockerArchive.psd1"
        }
    }
}
