# Reads a build's log with the module, in a session that has done so before, and prints the seconds it takes.
param([string] $Module, [string] $Path, [string] $Warmup)

function Measure-Cmdlet([string] $Path) {
    $time = [Diagnostics.Stopwatch]::StartNew()
    ConvertFrom-BuildctlProgress -Path $Path -AsEvent | Out-Null
    $time.Elapsed.TotalSeconds
}

Import-Module $Module
1..10 | ForEach-Object { $null = Measure-Cmdlet $Warmup }
$times = [double[]](1..5 | ForEach-Object { Measure-Cmdlet $Path })
[Array]::Sort($times)
$times[2]
