# Reads a build's log the way one does without the module, and prints the seconds it takes: for the match alone, and with an
# object made of it. Get-Content hangs properties on every line, by which each further run in a session is slower than the one
# before; so there is little warming up, and the fastest run counts.
param([string] $Path, [string] $Warmup)

function Measure-Match([string] $Path) {
    $lines = 0
    $time = [Diagnostics.Stopwatch]::StartNew()
    Get-Content -LiteralPath $Path | ForEach-Object {
        if ($_ -match '^#(\d+) (\d+\.\d+) (.*)$') { $lines++ }
    }
    $time.Elapsed.TotalSeconds
}

function Measure-Object([string] $Path) {
    $time = [Diagnostics.Stopwatch]::StartNew()
    Get-Content -LiteralPath $Path | ForEach-Object {
        if ($_ -match '^#(\d+) (\d+\.\d+) (.*)$') {
            [pscustomobject]@{ Step = [int]$Matches[1]; Time = [double]$Matches[2]; Text = $Matches[3] }
        }
    } > $null
    $time.Elapsed.TotalSeconds
}

$null = Measure-Match $Warmup
$null = Measure-Object $Warmup
(1..3 | ForEach-Object { Measure-Match $Path } | Sort-Object)[0]
(1..3 | ForEach-Object { Measure-Object $Path } | Sort-Object)[0]
