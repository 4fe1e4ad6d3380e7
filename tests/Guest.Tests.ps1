# What happens inside a guest, in pwsh. The guest is Debian's sshd in a container: only sshd matters here.
BeforeDiscovery {
    docker version *> $null
    $noDocker = $LASTEXITCODE -ne 0
    $hasPoshSsh = $null -ne (Get-Module Posh-SSH -ListAvailable)
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
        # Given out as they are ready.
        $instances = Start-ArchiveEnv "sshd/$id-*" -Until SshReady -WarningAction SilentlyContinue | Sort-Object Name
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
    }

    Context 'Copy-ArchiveItem' {
        BeforeAll {
            $folder = New-Item -ItemType Directory "$TestDrive/copy/tree/deep"
            $tree = $folder.Parent.FullName
            Set-Content "$tree/a.txt", "$tree/b.txt", "$folder/c.log" 'hello'
            (Get-Item "$tree/a.txt").LastWriteTimeUtc = '2001-02-03T04:05:06Z'
            if (-not $IsWindows) { chmod 0750 "$tree/a.txt" }
            $remote = "/root/$id"
        }

        BeforeEach {
            Invoke-ArchiveCommand $name "rm -rf $remote && mkdir $remote"
        }

        It 'brings a file there and back, with its time and mode' {
            Copy-ArchiveItem $name "$tree/a.txt" $remote -ToGuest
            $mode, $time = (Invoke-ArchiveCommand $name "stat -c '%a %Y' $remote/a.txt") -split ' '
            $time | Should -Be ([DateTimeOffset]'2001-02-03T04:05:06Z').ToUnixTimeSeconds()
            $mode | Should -Be $(if ($IsWindows) { '644' } else { '750' })
            Copy-ArchiveItem $name "$remote/a.txt" "$TestDrive/copy/back.txt" -FromGuest
            $back = Get-Item "$TestDrive/copy/back.txt"
            Get-Content $back | Should -Be hello
            $back.LastWriteTimeUtc | Should -Be (Get-Item "$tree/a.txt").LastWriteTimeUtc
            if (-not $IsWindows) { $back.UnixMode | Should -Be '-rwxr-x---' }
        }

        It 'brings a folder there and back' {
            Copy-ArchiveItem $name $tree $remote -ToGuest -Recurse
            Invoke-ArchiveCommand $name "cd $remote && find . -type f | sort" | Should -Be ./tree/a.txt, ./tree/b.txt, ./tree/deep/c.log
            $given = Copy-ArchiveItem $name "$remote/tree" "$TestDrive/copy/back" -FromGuest -Recurse -PassThru
            $given.FullName | Should -Be ([IO.Path]::GetFullPath("$TestDrive/copy/back"))
            (Get-ChildItem "$TestDrive/copy/back" -File -Recurse).Name | Sort-Object | Should -Be a.txt, b.txt, c.log
        }

        It 'expands wildcards on the side that has the files' {
            Copy-ArchiveItem $name "$tree/*.txt" $remote -ToGuest
            Invoke-ArchiveCommand $name "ls $remote" | Should -Be a.txt, b.txt
            (Copy-ArchiveItem $name "$remote/[b-z]*" $TestDrive -FromGuest -PassThru).Name | Should -Be b.txt
        }

        It 'passes on files that bind by their path' {
            Copy-ArchiveItem $name "$tree/a.txt" $remote -ToGuest
            Copy-ArchiveItem $name "$remote/a.txt" $TestDrive -FromGuest -PassThru | Get-Content | Should -Be hello
        }

        It 'takes files from the pipeline' {
            Get-ChildItem "$tree/*.txt" | Copy-ArchiveItem $name -Destination $remote -ToGuest
            Invoke-ArchiveCommand $name "ls $remote" | Should -Be a.txt, b.txt
        }

        It 'copies nothing with -WhatIf' {
            Copy-ArchiveItem $name "$tree/a.txt" $remote -ToGuest -WhatIf
            Invoke-ArchiveCommand $name "ls -A $remote" | Should -BeNullOrEmpty
        }

        It 'has an error for a folder without -Recurse, and copies the rest' {
            Copy-ArchiveItem $name $tree, "$tree/a.txt" $remote -ToGuest -ErrorAction SilentlyContinue -ErrorVariable problem
            $problem.FullyQualifiedErrorId | Should -BeLike 'FolderWithoutRecurse,*'
            "$problem" | Should -BeLike '*-Recurse*'
            Invoke-ArchiveCommand $name "ls $remote" | Should -Be a.txt
        }
    }

    Context 'A key' {
        BeforeAll {
            $key = "$TestDrive/key"
            ssh-keygen -q -t ed25519 -N '' -f $key
            Get-Content "$key.pub" | Invoke-ArchiveCommand $name 'mkdir -p -m 700 ~/.ssh && cat >~/.ssh/authorized_keys'
            $hostName = "dqd-sshd-$id-a"
        }

        It 'is a login' {
            Invoke-ArchiveCommand $name 'echo in' -IdentityFile $key | Should -Be in
            docker logs $instances[0].ContainerId 2>&1 | Select-String 'Accepted publickey for root' | Should -Not -BeNullOrEmpty
        }

        It 'has to be one that the guest knows' {
            ssh-keygen -q -t ed25519 -N '' -f "$key-other"
            Invoke-ArchiveCommand $name 'echo in' -IdentityFile "$key-other" -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'GuestLoginFailed,*'
        }

        It 'is all that ssh needs with Export-ArchiveSshConfig' {
            $config = Export-ArchiveSshConfig $name -Path "$TestDrive/ssh_config" -IdentityFile $key
            $config.FullName | Should -Be ([IO.Path]::GetFullPath("$TestDrive/ssh_config"))
            @($config | Get-Content) -like 'Host *' | Should -Be "Host $hostName"
            $read = ssh -T -G -F $config $hostName
            $read | Should -Contain "port $($instances[0].Port)"
            $read | Should -Contain 'stricthostkeychecking true'
            $read | Should -Contain "hostkeyalias $($instances[0].ContainerId.Substring(0, 12))"
            ssh -F $config -o BatchMode=yes $hostName 'echo in' | Should -Be in
        }

        It 'is installed in the configuration of ssh and leaves it as it was' -Skip:$IsWindows {
            $before = $env:HOME, $env:XDG_STATE_HOME
            $text = "# mine`nServerAliveInterval 30`n"
            $user = New-Item -ItemType File "$TestDrive/home/.ssh/config" -Force -Value $text
            $env:HOME, $env:XDG_STATE_HOME = "$TestDrive/home", "$TestDrive/state"
            try {
                1..2 | ForEach-Object { $config = Export-ArchiveSshConfig $name -IdentityFile $key -Install }
                $config.FullName | Should -Be "$TestDrive/state/dockerarchive/ssh_config"
                Get-Content $user -Raw | Should -Be "Include $config`n$text"
                ssh -T -G -F $user $hostName | Should -Contain "port $($instances[0].Port)"
                Export-ArchiveSshConfig -Uninstall
                Get-Content $user -Raw | Should -Be $text
                Test-Path $config | Should -BeFalse
            }
            finally {
                $env:HOME, $env:XDG_STATE_HOME = $before
            }
        }
    }

    Context 'What else is needed' {
        It 'is a terminal for Enter-ArchiveEnv' {
            $script = "Import-Module '$PSScriptRoot/../DockerArchive.psd1'; Enter-ArchiveEnv $name 2>&1 | ForEach-Object { `$_.FullyQualifiedErrorId; `"`$_`" }"
            $answer = '' | & (Get-Process -Id $PID).Path -NoProfile -Command $script
            $answer[0] | Should -BeLike 'TerminalMissing,*'
            $answer[1] | Should -BeLike '*Invoke-ArchiveCommand*'
        }

        It 'is Posh-SSH for New-ArchiveSshSession' -Skip:$hasPoshSsh {
            { New-ArchiveSshSession $name } | Should -Throw -ErrorId 'PoshSshMissing,*' -ExpectedMessage '*Install-Module Posh-SSH*'
        }

        It 'is a name, which <_> completes' -ForEach 'Copy-ArchiveItem', 'Enter-ArchiveEnv', 'Export-ArchiveSshConfig', 'Invoke-ArchiveCommand', 'New-ArchiveSshSession' {
            $line = "$_ sshd/$id-"
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be "sshd/$id-a", "sshd/$id-b"
        }
    }

    Context 'The connection' {
        It 'is closed when the module is removed' {
            $null = Invoke-ArchiveCommand $name 'true'
            Remove-Module DockerArchive
            try {
                $open = { docker exec $instances[0].ContainerId pgrep -fc '[s]shd: root@notty' }
                foreach ($attempt in 1..50) { if ((& $open) -eq 0) { break }; Start-Sleep -Milliseconds 100 }
                & $open | Should -Be 0
            }
            finally {
                Import-Module "$PSScriptRoot/../DockerArchive.psd1"
            }
        }
    }
}
