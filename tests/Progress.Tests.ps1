# Output of builds as a user has it in files and pipelines.
BeforeAll {
    Import-Module "$PSScriptRoot/../DockerArchive.psd1" -Force
    foreach ($version in 'v0.4.0', 'v0.12.4', 'v0.32.2') {
        tar -xzf "$PSScriptRoot/data/progress/$version.tar.gz" -C $TestDrive
    }
    $hello = "$TestDrive/v0.4.0/01-hello.stdout"
    $failed = "$TestDrive/v0.32.2/03-fail.stderr"
}

Describe 'ConvertFrom-BuildctlProgress' {
    It 'reads a file' {
        $build = ConvertFrom-BuildctlProgress $failed
        $build | Should -BeOfType DockerArchive.Buildkit.BuildResult
        $build.Succeeded | Should -BeFalse
        $build.Error.ExitCode | Should -Be 7
        $build.Error.SourceLine | Should -Be 3
        $build.RawOutput | Should -Be (Get-Item $failed).FullName
    }

    It 'reads <Name>' -ForEach @(
        @{ Name = 'lines'; Read = { Get-Content $args[0] | ConvertFrom-BuildctlProgress -AsStep } }
        @{ Name = 'a whole text'; Read = { Get-Content -Raw $args[0] | ConvertFrom-BuildctlProgress -AsStep } }
        @{ Name = 'single bytes'; Read = { Get-Content -AsByteStream $args[0] | ConvertFrom-BuildctlProgress -AsStep } }
        @{ Name = 'an array of bytes'; Read = { Get-Content -AsByteStream -Raw $args[0] | ConvertFrom-BuildctlProgress -AsStep } }
        @{ Name = 'files from the pipeline'; Read = { Get-Item $args[0] | ConvertFrom-BuildctlProgress -AsStep } }
        @{ Name = 'what Windows PowerShell would have written'; Read = { Get-Content $args[0] | Set-Content "$TestDrive/utf16" -Encoding unicode; ConvertFrom-BuildctlProgress "$TestDrive/utf16" -AsStep } }
        @{ Name = 'events'; Read = { ConvertFrom-BuildctlProgress $args[0] -AsEvent | ConvertFrom-BuildctlProgress -AsStep } }
    ) {
        $steps = & $Read $hello
        $steps.Number | Should -Be (1..5)
        $steps[4].Name | Should -Be '[2/2] RUN echo 1'
        $steps[4].Log.Text | Should -Be 1
        $steps.Transfers | Where-Object Total -gt 5MB | Should -HaveCount 2
    }

    It 'reads what a program writes to standard error' -Skip:$IsWindows {
        $build = sh -c 'cat "$0" >&2' $failed 2>&1 | ConvertFrom-BuildctlProgress
        $build.Error.ExitCode | Should -Be 7
    }

    It 'reads rawjson and traces as it reads text' {
        (ConvertFrom-BuildctlProgress "$TestDrive/v0.32.2/untraced/21b-rawjson-fail.stderr").Error.ExitCode | Should -Be 7
        $steps = ConvertFrom-BuildctlProgress "$TestDrive/v0.32.2/03-fail.trace.json" -AsStep
        $log = ($steps | Where-Object State -eq Failed).Log
        $log.Stream | Should -Be StandardOutput, StandardError
    }

    It 'takes wildcards and gives each file its result' {
        $builds = ConvertFrom-BuildctlProgress "$TestDrive/v0.12.4/0[13]-*.stderr"
        $builds.Count | Should -Be 2
        $builds.Succeeded | Should -Be $true, $false
    }

    It 'loses no byte in events' {
        $bytes = ConvertFrom-BuildctlProgress "$TestDrive/v0.12.4/06-unicode.stderr" -AsEvent | ForEach-Object { , $_.Raw.ToArray() }
        [byte[]]($bytes | ForEach-Object { $_ }) | Should -Be ([System.IO.File]::ReadAllBytes("$TestDrive/v0.12.4/06-unicode.stderr"))
    }

    It 'stops when downstream has enough' {
        ConvertFrom-BuildctlProgress $hello -AsEvent | Select-Object -First 3 | Should -HaveCount 3
    }

    It 'refuses <Name> as <Id>' -ForEach @(
        @{ Name = 'a file that is not there'; Id = 'ProgressFileNotFound'; Script = { ConvertFrom-BuildctlProgress nowhere.log } }
        @{ Name = 'a directory'; Id = 'ProgressFileUnreadable'; Script = { ConvertFrom-BuildctlProgress $TestDrive } }
        @{ Name = 'an object that is no output'; Id = 'InputNotProgress'; Script = { Get-Date | ConvertFrom-BuildctlProgress } }
        @{ Name = 'steps and events at once'; Id = 'OutputAmbiguous'; Script = { 'x' | ConvertFrom-BuildctlProgress -AsStep -AsEvent } }
    ) {
        $ErrorActionPreference = 'Stop'
        $Script | Should -Throw -ErrorId "$Id,*" -Because $Name
    }
}

Describe 'Views of a build' {
    It 'aligns durations to the right and names the state in words' {
        $text = ConvertFrom-BuildctlProgress $failed -AsStep | Out-String -Width 120
        $text | Should -Match '(?m)^ +# State +Duration +Log Name'
        $text | Should -Match '(?m)^ +5 .*Done.* +0\.7s +1 \[2/4\] RUN echo before'
        $text | Should -Match '(?m)^ +6 .*Failed.* +2 \[3/4\] RUN sh'
    }

    It 'colours the state where colours are wanted' {
        $before = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'Ansi'
        try {
            ConvertFrom-BuildctlProgress $failed -AsStep | Out-String | Should -Match "$([char]27)\[91mFailed"
        }
        finally {
            $PSStyle.OutputRendering = $before
        }
    }

    It 'shows control characters of a log instead of obeying them' {
        $log = (ConvertFrom-BuildctlProgress "$TestDrive/v0.12.4/06-unicode.stderr" -AsStep).Log
        ($log.Text -join '') | Should -Match "$([char]27)"
        $PSStyle.OutputRendering = 'PlainText'
        $log | Out-String | Should -Not -Match "$([char]27)"
        $log | Out-String | Should -Match '\^\['
    }

    It 'lists what a result has' {
        $text = ConvertFrom-BuildctlProgress $failed | Out-String
        $text | Should -Match 'Result +: .*failed'
        $text | Should -Match 'Error +: failed to solve: process'
        $text | Should -Not -Match 'Environment|Exports|Command'
    }

    It 'shows the source around an error' {
        (ConvertFrom-BuildctlProgress $failed).Error | Out-String | Should -Match '3 \| >>> RUN sh'
    }
}
