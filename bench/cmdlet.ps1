# Reads a build's log with the module, in a session that has done so before, and prints the seconds it takes.
param([string] $Module, [string] $Path, [string] $Warmup)

function Measure-Cmdlet([string] $Path) {
    $time = [Diagnostics.Stopwatch]::StartNew()
    ConvertFrom-BuildctlProgress -Path $Path -AsEvent | Out-Null
    $time.Elapsed.TotalSeconds
}

Import-Module $Module
# Until the code is compiled at its best, which takes some seconds on one core.
$warm = [Diagnostics.Stopwatch]::StartNew()
while ($warm.Elapsed.TotalSeconds -lt 8) { $null = Measure-Cmdlet $Warmup }
$times = [double[]](1..5 | ForEach-Object { Measure-Cmdlet $Path })
[Array]::Sort($times)
$times[2]
