# What systemctl, journalctl and daemons print, as a user has it in files and pipelines.
BeforeAll {
    Import-Module "$PSScriptRoot/../DockerArchive.psd1" -Force
    $page = "$PSScriptRoot/data/guest/seed-buildkit-v0.4.0.md"
    $log = "$PSScriptRoot/data/buildkitd/v0.4.0.log"
    $json = "$PSScriptRoot/data/guest/systemd-252_buildkit-v0.4.0/01-running.journal.json"
}

Describe 'ConvertFrom-SystemdStatus' {
    It 'reads <Name>' -ForEach @(
        @{ Name = 'a file'; Read = { ConvertFrom-SystemdStatus $args[0] } }
        @{ Name = 'lines'; Read = { Get-Content $args[0] | ConvertFrom-SystemdStatus } }
        @{ Name = 'a whole text'; Read = { Get-Content -Raw $args[0] | ConvertFrom-SystemdStatus } }
        @{ Name = 'files from the pipeline'; Read = { Get-Item $args[0] | ConvertFrom-SystemdStatus } }
    ) {
        $status = & $Read $page
        $status | Should -BeOfType DockerArchive.Systemd.SystemdStatus
        $status.Unit.Id | Should -Be buildkit.service
        $status.Unit.ActiveState | Should -Be Active
        $status.Unit.Since | Should -Be ([DateTimeOffset]'2025-08-27T02:21:03Z')
        $status.Unit.Processes.CommandLine | Should -Be /usr/local/bin/buildkitd
        $status.Journal | Should -HaveCount 7
        $status.Journal[2].Attributes.labels['org.mobyproject.buildkit.worker.executor'] | Should -Be oci
    }

    It 'shows a block' {
        ConvertFrom-SystemdStatus $page | Out-String | Should -Match 'buildkit\.service'
    }

    It 'takes the zone that the text does not name' {
        $text = "● x.service - X`n     Loaded: loaded (/x; enabled)`n     Active: active (running) since Wed 2025-08-27 04:21:03 CEST; 2min ago"
        ($text | ConvertFrom-SystemdStatus -TimeZone Europe/Berlin).Unit.Since | Should -Be ([DateTimeOffset]'2025-08-27T02:21:03Z')
        { $text | ConvertFrom-SystemdStatus -TimeZone Nowhere/None } | Should -Throw -ErrorId 'TimeZoneUnknown,*'
        (TabExpansion2 'ConvertFrom-SystemdStatus -TimeZone Europe/Berl').CompletionMatches.CompletionText | Should -Contain Europe/Berlin
    }

    It 'has an error for what is no status' {
        'nothing of the kind' | ConvertFrom-SystemdStatus -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'NoStatusFound,*'
        ConvertFrom-SystemdStatus $TestDrive/none -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'StatusFileNotFound,*'
    }
}

Describe 'ConvertFrom-BuildkitLog' {
    It 'reads what a daemon wrote' {
        $entries = ConvertFrom-BuildkitLog $log
        $entries | Should -BeOfType DockerArchive.Systemd.JournalEntry
        @($entries.Level) | Should -Contain Warning
        @($entries | Where-Object { $_.Attributes.platforms })[0].Attributes.platforms | Should -Contain linux/amd64
    }

    It 'reads journalctl as JSON, with all fields' {
        $entries = @(Get-Content $json | ConvertFrom-BuildkitLog)
        $entries | Should -HaveCount @(Get-Content $json).Count
        $entries[0].Fields._BOOT_ID | Should -Be $entries[0].BootId
        @(ConvertFrom-BuildkitLog $json).Cursor | Should -Be $entries.Cursor
    }

    It 'gives out entries as they are read' {
        $seen = [Collections.Generic.List[string]]::new()
        & { foreach ($i in 1..3) { $seen.Add("in $i"); "level=info msg=`"entry $i`"" } } | ConvertFrom-BuildkitLog | ForEach-Object { $seen.Add($_.LogMessage) }
        $seen | Should -Be 'in 1', 'in 2', 'entry 1', 'in 3', 'entry 2', 'entry 3'
    }

    It 'is shown as lines of time, level, message and values' {
        'time="2026-01-02T03:04:05Z" level=warning msg="no disk" path=/x' | ConvertFrom-BuildkitLog | Out-String -Width 200 |
            Should -Match '2026-01-02 03:04:05\.000 \S*warning\S* no disk path=/x'
    }

    It 'has an error for each thing that is no log' {
        42, 'level=info msg=x' | ConvertFrom-BuildkitLog -ErrorAction SilentlyContinue -ErrorVariable problem | Should -HaveCount 1
        $problem.FullyQualifiedErrorId | Should -BeLike 'InputNotLog,*'
    }
}

Describe 'This machine' {
    It 'is asked with -Local, and has systemd or an error that says so' -Skip:(-not $IsLinux) {
        $status = Get-BuildkitStatus -Local -ErrorAction SilentlyContinue -ErrorVariable problem
        if (Test-Path /run/systemd/system) { $status.Instance | Should -Be ([Environment]::MachineName) }
        else { $problem[0].FullyQualifiedErrorId | Should -BeLike 'SystemdMissing,*' }
    }
}
