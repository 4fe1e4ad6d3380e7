BeforeDiscovery {
    Import-Module "$PSScriptRoot/../DockerArchive.psd1" -Force
    $common = [System.Management.Automation.Cmdlet]::CommonParameters
    $commands = Get-Command -Module DockerArchive
    $parameters = foreach ($command in $commands) {
        foreach ($parameter in $command.Parameters.Values | Where-Object Name -NotIn $common) {
            @{ Command = $command.Name; Name = $parameter.Name; Parameter = $parameter }
        }
    }
    # In the sources an id stands before its category, but those of a guest that is not ready share one line.
    $sources = Get-ChildItem "$PSScriptRoot/../src/DockerArchive.PowerShell" -Filter *.cs -Recurse |
        Where-Object FullName -NotMatch '[\\/](obj|bin)[\\/]' | Get-Content -Raw
    $errorIds = 'GuestNotReady', 'GuestEnded', 'GuestPanicked', 'GuestPaused' + ([regex]'"([A-Z]\w+)",\s*ErrorCategory\.').Matches($sources -join "`n").ForEach{ $_.Groups[1].Value } |
        Sort-Object -Unique
}

Describe 'Help of the module' {
    It 'covers every cmdlet of the manifest' -ForEach @{ Names = $commands.Name } {
        $manifest = Import-PowerShellDataFile "$PSScriptRoot/../DockerArchive.psd1"
        $Names | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }
}

Describe 'Help of <_.Name>' -ForEach $commands {
    BeforeAll {
        $command = $_
        $help = Get-Help $command.Name -Full
    }

    It 'has a synopsis that is not the generated syntax' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -BeLike "*$($command.Name)*"
    }

    It 'has a description' {
        ($help.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty
    }

    It 'has examples that show what is typed' {
        $examples = @($help.Examples.Example)
        $examples.Count | Should -BeGreaterThan 0
        foreach ($example in $examples) {
            $example.Code | Should -Match "(?m)^PS> .*$($command.Name)"
        }
    }

    It 'tells inputs, outputs, errors and related topics' {
        $help.InputTypes.InputType.Type.Name | Should -Not -BeNullOrEmpty
        $help.ReturnValues.ReturnValue.Type.Name | Should -Not -BeNullOrEmpty
        ($help.AlertSet | Out-String) | Should -Match '(?m)^\s*[A-Z]\w+(, [A-Z]\w+)*: '
        $help.RelatedLinks.NavigationLink.LinkText | Should -Contain 'about_DockerArchive'
    }

    It 'documents exactly the parameters there are' {
        $declared = $command.Parameters.Keys | Where-Object { $_ -notin [System.Management.Automation.Cmdlet]::CommonParameters } | Sort-Object
        $help.Parameters.Parameter.Name | Sort-Object | Should -Be $declared
        $help.Syntax.SyntaxItem.Parameter.Name | Sort-Object -Unique | Should -Be $declared
    }

    It 'declares the types that the cmdlet returns' {
        $returned = $command.OutputType.Name
        if ($returned) {
            $returned | Where-Object { $_ -notin $help.ReturnValues.ReturnValue.Type.Name } | Should -BeNullOrEmpty
        }
    }
}

Describe 'Help of <Command> -<Name>' -ForEach $parameters {
    BeforeAll {
        $documented = Get-Help $Command -Parameter $Name
        $attribute = $Parameter.Attributes.Where{ $_ -is [System.Management.Automation.ParameterAttribute] }[0]
    }

    It 'has a description' {
        ($documented.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty
    }

    It 'agrees with the cmdlet' {
        $documented.Required | Should -Be "$($attribute.Mandatory)"
        $documented.Position | Should -Be $(if ($attribute.Position -lt 0) { 'named' } else { "$($attribute.Position)" })
        $documented.Globbing | Should -Be "$(@($Parameter.Attributes.Where{ $_ -is [System.Management.Automation.SupportsWildcardsAttribute] }).Count -gt 0)"
        $documented.Aliases | Should -Be $(if ($Parameter.Aliases.Count) { $Parameter.Aliases -join ', ' } else { 'none' })
        ($documented.PipelineInput -like '*ByValue*') | Should -Be $attribute.ValueFromPipeline
        ($documented.PipelineInput -like '*ByPropertyName*') | Should -Be $attribute.ValueFromPipelineByPropertyName
    }
}

Describe 'about_DockerArchive' {
    BeforeAll {
        $about = Get-Help about_DockerArchive | Out-String -Width 200
    }

    It 'is found' {
        $about | Should -Match '(?m)^QUICK START'
    }

    It 'fits a terminal of 80 columns' {
        $about -split '\r?\n' | Where-Object Length -gt 80 | Should -BeNullOrEmpty
    }

    It 'names <_>' -ForEach $commands.Name {
        $about | Should -Match $_
    }

    It 'tells what the error <_> means' -ForEach $errorIds {
        $about | Should -Match "(?m)^    $_ +\S"
    }
}
