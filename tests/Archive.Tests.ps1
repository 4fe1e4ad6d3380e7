BeforeAll {
    Import-Module "$PSScriptRoot/../DockerArchive.psd1" -Force
}

Describe 'The archive' {
    It 'has every version of its table, in the order of versions' {
        $table = (Import-Csv "$PSScriptRoot/../buildkit/environments.csv").version
        $table.Count | Should -BeGreaterOrEqual 30
        (Get-ArchiveEnv buildkit/v*).Version.Text | Should -Be $table
    }

    It 'is by its own rules' {
        Test-ArchiveEnv | Should -BeNullOrEmpty
        Test-ArchiveEnv -Quiet | Should -BeTrue
    }

    It 'publishes the debugger on loopback only' {
        foreach ($env in Get-ArchiveEnv buildkit/*-debug) {
            $env.Ports | Should -Be "127.0.0.1:$($env.SshPort):22", "127.0.0.1:$($env.SshPort + 1):2345"
        }
    }
}

Describe 'New-ArchiveEnv' {
    It 'makes a new version with one command' {
        $new = New-ArchiveEnv buildkit/v0.33.0 -Like buildkit/v0.32.2 -Runc 1.4.4 -Root $TestDrive
        $new.Name, $new.SshPort, $new.Project, $new.Title | Should -Be 'buildkit/v0.33.0', 33000, 'buildkit-0-33-0', 'buildkit v0.33.0'
        Test-ArchiveEnv buildkit/v0.33.0 -Root $TestDrive | Should -BeNullOrEmpty
    }

    It 'names the environment that has the port' {
        { New-ArchiveEnv buildkit/v0.34.0 -Port 33000 -Root $TestDrive -ErrorAction Stop } |
            Should -Throw -ErrorId 'PortTaken,*' -ExpectedMessage '*buildkit/v0.33.0*'
    }

    It 'does nothing with -WhatIf' {
        New-ArchiveEnv buildkit/v0.35.0 -Root $TestDrive -WhatIf | Should -BeNullOrEmpty
        "$TestDrive/buildkit/v0.35.0" | Should -Not -Exist
    }
}

Describe 'Test-ArchiveEnv' {
    It 'tells file and line of what is wrong' {
        $null = New-ArchiveEnv buildkit/v0.32.2, buildkit/v0.33.0 -Root $TestDrive
        $compose = "$TestDrive/buildkit/v0.32.2/docker-compose.yml"
        (Get-Content $compose -Raw).Replace('32200:22', '33000:22') | Set-Content $compose -NoNewline
        $finding = Test-ArchiveEnv buildkit/v0.32.2 -Root $TestDrive
        $finding.Rule, $finding.Severity, $finding.Line | Should -Be 'PortUnique', 'Error', 5
        $finding.File | Should -BeLike '*docker-compose.yml'
        $finding | Out-String -Width 200 | Should -Match 'docker-compose\.yml:5 +Port 33000'
    }
}

Describe 'Images' {
    BeforeDiscovery {
        docker version *> $null
        $noDocker = $LASTEXITCODE -ne 0
    }

    It 'have names with versions, and aliases that lead to these' -Skip:$noDocker {
        $images = Get-ArchiveEnv buildkit/v0.4.0 | Get-ArchiveImage
        "$($images.Stage)" | Should -Be 'Ctr Ctr Dqd Dqd'
        $images[2].Reference, $images[3].Reference | Should -Be 'ssst0n3/docker_archive:buildkit-v0.4.0_v0.1.0', 'ssst0n3/docker_archive:buildkit-v0.4.0'
        $images[3].Target | Should -Be $images[2].Reference
        $images | Where-Object { $null -ne $_.IsPublished } | Should -BeNullOrEmpty
    }

    It 'are not pushed with -WhatIf, nor is an overlay written' {
        $null = New-ArchiveEnv buildkit/v0.36.0 -Root $TestDrive
        Publish-ArchiveEnv buildkit/v0.36.0 -Root $TestDrive -Registry localhost:1 -Mirror -WhatIf | Should -BeNullOrEmpty
        "$TestDrive/buildkit/v0.36.0/docker-compose.mirror.yml" | Should -Not -Exist
    }

    It 'are not removed with -WhatIf, and nothing is no error of a wildcard' -Skip:$noDocker {
        $null = New-ArchiveEnv buildkit/v0.38.0 -Root $TestDrive
        Remove-ArchiveEnv buildkit/* -Root $TestDrive -Images -Disk -WhatIf -ErrorAction Stop | Should -BeNullOrEmpty
        { Remove-ArchiveEnv buildkit/v0.38.0 -Root $TestDrive -Images -ErrorAction Stop } | Should -Throw -ErrorId 'EnvironmentNotRunning,*'
    }

    It 'that are missing are named with the remedy' -Skip:$noDocker {
        $null = New-ArchiveEnv buildkit/v0.37.0 -Root $TestDrive
        { Publish-ArchiveEnv buildkit/v0.37.0 -Root $TestDrive -Registry localhost:1 -ErrorAction Stop } |
            Should -Throw -ErrorId 'ImageNotFound,*' -ExpectedMessage '*localhost:1*Build-ArchiveEnv buildkit/v0.37.0'
    }
}
