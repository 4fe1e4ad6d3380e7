BeforeAll {
    Import-Module "$PSScriptRoot/../DockerArchive.psd1" -Force
}

Describe 'Import' {
    It 'exports exactly the cmdlets of its manifest' {
        $manifest = Import-PowerShellDataFile "$PSScriptRoot/../DockerArchive.psd1"
        (Get-Command -Module DockerArchive).Name | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'keeps its cmdlets when it is imported again' {
        Import-Module "$PSScriptRoot/../DockerArchive.psd1" -Force
        Get-Command Start-ArchiveEnv -Module DockerArchive | Should -Not -BeNullOrEmpty
    }

    It 'lets scripts name its models' {
        [DockerArchive.Buildkit.BuildStep].Namespace | Should -Be 'DockerArchive.Buildkit'
    }

    It 'keeps its packages out of the default load context' {
        [System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies.ForEach{ $_.GetName().Name } |
            Should -Not -Contain 'Renci.SshNet'
    }

    It 'uses approved verbs' {
        $approved = (Get-Verb).Verb
        (Get-Command -Module DockerArchive).Verb | ForEach-Object { $_ | Should -BeIn $approved }
    }

    It 'comes into a job by its path' {
        $job = Start-Job { param($path) Import-Module $path; (Get-Command -Module DockerArchive).Count } -ArgumentList "$PSScriptRoot/../DockerArchive.psd1"
        $job | Receive-Job -Wait -AutoRemoveJob | Should -BeGreaterThan 6
    }
}

Describe 'Get-ArchiveEnv' {
    BeforeAll {
        $root = Join-Path $TestDrive archive
        foreach ($name in 'buildkit/v0.9.0', 'buildkit/v0.10.0', 'vul/cve-2024-23650') {
            $directory = New-Item -ItemType Directory (Join-Path $root $name)
            Set-Content "$directory/.env" "VERSION=v0.1.0`nIMAGE=$($name -replace '/', '-')`nCOMPOSE_PROJECT_NAME=test-$($name -replace '[/.]', '-')"
            Set-Content "$directory/docker-compose.yml" "services:`n  vm:`n    image: example.invalid/x:`${IMAGE}_`${VERSION}`n    ports: ['4001:22']"
        }
    }

    It 'sorts versions as versions' {
        (Get-ArchiveEnv -Root $root).Name | Should -Be 'buildkit/v0.9.0', 'buildkit/v0.10.0', 'vul/cve-2024-23650'
    }

    It 'takes wildcards' {
        (Get-ArchiveEnv 'buildkit/*' -Root $root).Count | Should -Be 2
    }

    It 'takes names from the pipeline, by value and by property' {
        ('buildkit/v0.9.0' | Get-ArchiveEnv -Root $root).Version | Should -Be 'v0.9.0'
        (Get-ArchiveEnv 'vul/*' -Root $root | Get-ArchiveEnv -Root $root).Name | Should -Be 'vul/cve-2024-23650'
    }

    It 'has versions that sort and compare as versions' {
        (Get-ArchiveEnv 'buildkit/*' -Root $root | Sort-Object Version -Descending).Version | Should -Be 'v0.10.0', 'v0.9.0'
        (Get-ArchiveEnv 'buildkit/*' -Root $root | Where-Object Version -gt 'v0.9.0').Name | Should -Be 'buildkit/v0.10.0'
        (Get-ArchiveEnv 'buildkit/*' -Root $root | Where-Object Version -like 'v0.9*').Name | Should -Be 'buildkit/v0.9.0'
    }

    It 'interpolates what the compose file names' {
        $env = Get-ArchiveEnv vul/cve-2024-23650 -Root $root
        $env.Image | Should -Be 'example.invalid/x:vul-cve-2024-23650_v0.1.0'
        $env.CtrImage | Should -Be 'example.invalid/x:ctr_vul-cve-2024-23650_v0.1.0'
        $env.SshPort | Should -Be 4001
    }

    It 'suggests the nearest name for an unknown one' {
        Get-ArchiveEnv buildkit/v0.90 -Root $root -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'EnvironmentNotFound,*'
        $problem.CategoryInfo.Category | Should -Be ObjectNotFound
        "$problem" | Should -BeLike "*Did you mean 'buildkit/v0.9.0'*"
    }

    It 'shows a table' {
        $text = Get-ArchiveEnv -Root $root | Out-String -Width 120
        $text | Should -Match 'Name\s+State\s+SshPort\s+Image'
        $text | Should -Match 'buildkit/v0\.9\.0\s+4001'
    }

    It 'completes names' {
        $line = "Start-ArchiveEnv -Root '$root' -Env cve"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'vul/cve-2024-23650'
    }
}

Describe 'Bad input' {
    It 'names a context that does not exist' {
        { Invoke-BuildctlBuild buildkit/v0.4.0 "$TestDrive/nowhere" -ErrorAction Stop } |
            Should -Throw -ErrorId 'ContextNotFound,*' -ExpectedMessage '*nowhere*does not exist*'
    }

    It 'names a Dockerfile that does not exist' {
        { Invoke-BuildctlBuild buildkit/v0.4.0 $TestDrive -Dockerfile missing -ErrorAction Stop } |
            Should -Throw -ErrorId 'DockerfileNotFound,*' -ExpectedMessage '*missing*'
    }

    It 'says what to do where there is no terminal' {
        $manifest = "$PSScriptRoot/../DockerArchive.psd1"
        $script = "Import-Module '$manifest'; Enter-ArchiveEnv buildkit/v0.4.0 2>&1 | ForEach-Object { `$_.FullyQualifiedErrorId; `"`$_`" }"
        $answer = '' | & (Get-Process -Id $PID).Path -NoProfile -Command $script
        $answer[0] | Should -BeLike 'TerminalMissing,*'
        $answer[1] | Should -BeLike '*Invoke-ArchiveCommand*'
    }

    It 'says what to do when no Docker engine answers' {
        $before = $env:DOCKER_HOST
        $env:DOCKER_HOST = 'unix:///nonexistent/docker.sock'
        try {
            { Start-ArchiveEnv buildkit/v0.4.0 -ErrorAction Stop } |
                Should -Throw -ErrorId 'DockerUnavailable,*' -ExpectedMessage '*/nonexistent/docker.sock*Start Docker*'
        }
        finally {
            $env:DOCKER_HOST = $before
        }
    }
}
