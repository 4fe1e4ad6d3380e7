# Lists a checkout in this process: the first time, and the median of ten more.
param([string] $Module, [string] $Checkout, [int] $Expected)

Import-Module $Module
$seconds = foreach ($run in 0..10) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $count = @(Get-ArchiveEnv -Root $Checkout).Count
    $clock.Elapsed.TotalSeconds
    if ($count -ne $Expected) { throw "$count environments were listed, not $Expected" }
}

$seconds[0]
($seconds[1..10] | Sort-Object)[5]
