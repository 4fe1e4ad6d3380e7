# Runs a command of the module as the first thing a session does, and prints the peak of the process's memory
# before and after, in KiB. Writing 5 to clear_refs sets the peak to what the process holds now.
param([string] $Module, [string] $Command)

function Get-Peak {
    [long]([IO.File]::ReadAllLines('/proc/self/status') -match '^VmHWM:' -replace '\D')[0]
}

Import-Module $Module
[IO.File]::WriteAllText('/proc/self/clear_refs', '5')
Get-Peak
& ([scriptblock]::Create("$Command | Out-Null"))
Get-Peak
