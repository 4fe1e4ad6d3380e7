# Reads a build's log with the module, in a session that has done so before, and prints the seconds it takes: into Out-Null,
# which binds every event as a parameter, and into nothing.
param([string] $Module, [string] $Path, [string] $Warmup)

function Measure-OutNull([string] $Path) {
    $time = [Diagnostics.Stopwatch]::StartNew()
    ConvertFrom-BuildctlProgress -Path $Path -AsEvent | Out-Null
    $time.Elapsed.TotalSeconds
}

function Measure-Discard([string] $Path) {
    $time = [Diagnostics.Stopwatch]::StartNew()
    ConvertFrom-BuildctlProgress -Path $Path -AsEvent > $null
    $time.Elapsed.TotalSeconds
}

function Get-Median([double[]] $Values) {
    [Array]::Sort($Values)
    $Values[($Values.Count - 1) / 2]
}

Import-Module $Module
# Until the code is compiled at its best.
$warm = [Diagnostics.Stopwatch]::StartNew()
while ($warm.Elapsed.TotalSeconds -lt 8) {
    $null = Measure-OutNull $Warmup
    $null = Measure-Discard $Warmup
}

Get-Median (1..5 | ForEach-Object { Measure-OutNull $Path })
Get-Median (1..5 | ForEach-Object { Measure-Discard $Path })
