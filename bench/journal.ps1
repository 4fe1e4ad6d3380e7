# Reads a journal as JSON with the module and with ConvertFrom-Json, and prints the seconds each takes. The fastest run of each
# counts, as the first ones are compiled on the way.
param([string] $Module, [string] $Path)

function Measure-Entry([string] $Path) {
    $time = [Diagnostics.Stopwatch]::StartNew()
    ConvertFrom-BuildkitLog -Path $Path > $null
    $time.Elapsed.TotalSeconds
}

function Measure-Json([string] $Path) {
    $time = [Diagnostics.Stopwatch]::StartNew()
    Get-Content -LiteralPath $Path | ConvertFrom-Json > $null
    $time.Elapsed.TotalSeconds
}

Import-Module $Module
(1..40 | ForEach-Object { Measure-Entry $Path } | Sort-Object)[0]
(1..5 | ForEach-Object { Measure-Json $Path } | Sort-Object)[0]
