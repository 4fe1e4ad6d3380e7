# Asks a running guest for BuildKit's status, and with plain ssh on an open connection for its two units, by turns; prints the
# median seconds of each. The guest is started if it does not run, and then removed.
param([string] $Module, [string] $Name)

$ErrorActionPreference = 'Stop'
Import-Module $Module
$started = -not (Get-ArchiveEnv $Name -Running)
$null = Start-ArchiveEnv $Name
$directory = Join-Path ([IO.Path]::GetTempPath()) "dockerarchive-bench-$PID"
$null = [IO.Directory]::CreateDirectory($directory)
try {
    ssh-keygen -q -t ed25519 -N '' -f $directory/id
    [IO.File]::ReadAllText("$directory/id.pub") | Invoke-ArchiveCommand $Name 'mkdir -p -m 700 ~/.ssh && cat >>~/.ssh/authorized_keys'
    $null = Export-ArchiveSshConfig $Name -Path $directory/config -IdentityFile $directory/id
    $hostName = [regex]::Match([IO.File]::ReadAllText("$directory/config"), '(?m)^Host (.+)$').Groups[1].Value
    ssh -F $directory/config -M -S $directory/socket -fN $hostName
    $ours = [Collections.Generic.List[double]]::new()
    $theirs = [Collections.Generic.List[double]]::new()
    foreach ($run in 1..18) {
        $time = [Diagnostics.Stopwatch]::StartNew()
        $null = Get-BuildkitStatus $Name
        $middle = $time.Elapsed.TotalSeconds
        $null = ssh -S $directory/socket $hostName systemctl show buildkit.service buildkit.socket
        # The first runs open the connection and compile code.
        if ($run -gt 3) {
            $ours.Add($middle)
            $theirs.Add($time.Elapsed.TotalSeconds - $middle)
        }
    }

    ssh -S $directory/socket -O exit $hostName 2>$null
    foreach ($seconds in $ours, $theirs) {
        $seconds.Sort()
        $seconds[7]
    }
}
finally {
    [IO.Directory]::Delete($directory, $true)
    if ($started) { Remove-ArchiveEnv $Name -Force }
}
