BeforeDiscovery {
    Import-Module "$PSScriptRoot/../DockerArchive.psd1" -Force
    $commands = Get-Command -Module DockerArchive
}

Describe 'Help of <_.Name>' -ForEach $commands {
    BeforeAll {
        $command = $_
        $help = Get-Help $command.Name -Full
    }

    It 'has a synopsis, a description and an example' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -BeLike "*$($command.Name)*"
        ($help.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty
        @($help.Examples.Example).Count | Should -BeGreaterThan 0
    }

    It 'describes exactly the parameters there are' {
        $common = [System.Management.Automation.Cmdlet]::CommonParameters + 'ProgressAction'
        $declared = $command.Parameters.Keys | Where-Object { $_ -notin $common } | Sort-Object
        @($help.Parameters.Parameter.Name) | Sort-Object | Should -Be $declared
        $help.Parameters.Parameter | ForEach-Object { ($_.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty }
    }
}

Describe 'about_DockerArchive' {
    It 'is found' {
        Get-Help about_DockerArchive | Should -BeLike '*QUICK START*'
    }
}
