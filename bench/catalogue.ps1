# Lists a checkout in this process: the first time, and the median of ten more.
param([string] $Module, [string] $Checkout, [int] $Expected)

Import-Module $Module
$seconds = [Collections.Generic.List[double]]::new()
foreach ($run in 0..10) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $count = @(Get-ArchiveEnv -Root $Checkout).Count
    $seconds.Add($clock.Elapsed.TotalSeconds)
    if ($count -ne $Expected) { throw "$count environments were listed, not $Expected" }
}

$seconds[0]
$again = $seconds.GetRange(1, 10)
$again.Sort()
$again[5]
