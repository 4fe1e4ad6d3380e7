# Starts an environment under emulation, by turns with its peers, and prints the median seconds of each pair:
#   a container that runs       Start-ArchiveEnv -Until Created, docker compose up -d
#   a service that serves       Start-ArchiveEnv, the same disk in a QEMU of docker run that ssh asks for its unit
#   the same from a checkpoint  Restore-ArchiveEnv, Start-ArchiveEnv -FromCheckpoint
# What is there of the environment is removed before and after.
param([string] $Module, [string] $Name)

$ErrorActionPreference = 'Stop'
Import-Module $Module
$definition = Get-ArchiveEnv $Name
$peer = 'dockerarchive-bench-start'
$directory = Join-Path ([IO.Path]::GetTempPath()) "dockerarchive-bench-$PID"
$null = [IO.Directory]::CreateDirectory($directory)
[IO.File]::WriteAllText("$directory/askpass", "#!/bin/sh`necho root`n")
chmod 700 $directory/askpass

function Get-Seconds([scriptblock] $work) {
    $time = [Diagnostics.Stopwatch]::StartNew()
    $null = & $work
    $time.Elapsed.TotalSeconds
}

function Median([double[]] $seconds) {
    [Array]::Sort($seconds)
    $seconds[[int][Math]::Floor($seconds.Length / 2)]
}

function Remove-All { Remove-ArchiveEnv $Name -Force -ErrorAction Ignore }

try {
    Remove-All
    $created = [Collections.Generic.List[double]]::new()
    $composed = [Collections.Generic.List[double]]::new()
    foreach ($run in 1..6) {
        $ours = Get-Seconds { Start-ArchiveEnv $Name -Acceleration Tcg -Until Created }
        Remove-All
        $theirs = Get-Seconds { docker compose --project-directory $definition.Directory -f "$($definition.Directory)/docker-compose.yml" up -d 2>&1 }
        Remove-All
        # The first compiles code and reads images from the disk.
        if ($run -gt 1) {
            $created.Add($ours)
            $composed.Add($theirs)
        }
    }

    $booted = [Collections.Generic.List[double]]::new()
    $bare = [Collections.Generic.List[double]]::new()
    foreach ($run in 1..3) {
        Remove-All
        $bare.Add((Get-Seconds {
            docker run -d --name $peer -p 127.0.0.1::22 $definition.Image
            $port = (docker port $peer 22/tcp).Split(':')[-1]
            do {
                $answer = /usr/bin/env SSH_ASKPASS=$directory/askpass SSH_ASKPASS_REQUIRE=force ssh -p $port -o ConnectTimeout=3 `
                    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR root@127.0.0.1 `
                    'systemctl is-active buildkit && buildctl debug workers >/dev/null && echo serves' 2>$null
                if ($answer -notcontains 'serves') { [Threading.Thread]::Sleep(100) }
            } while ($answer -notcontains 'serves')
        }))
        $null = docker rm -f -v $peer
        $booted.Add((Get-Seconds { Start-ArchiveEnv $Name -Acceleration Tcg }))
    }

    Checkpoint-ArchiveEnv $Name bench
    $restored = [Collections.Generic.List[double]]::new()
    $begun = [Collections.Generic.List[double]]::new()
    foreach ($run in 1..5) {
        $restored.Add((Get-Seconds { Restore-ArchiveEnv $Name bench }))
    }

    # Beside the other machine it would have half the processors.
    Remove-ArchiveEnv $Name -Force -KeepCheckpoint
    foreach ($run in 1..3) {
        $begun.Add((Get-Seconds { Start-ArchiveEnv $Name -FromCheckpoint bench }))
        Remove-ArchiveEnv $Name -Force -KeepCheckpoint
    }

    foreach ($seconds in $created, $composed, $booted, $bare, $restored, $begun) {
        Median $seconds
    }
}
finally {
    [IO.Directory]::Delete($directory, $true)
    $null = docker rm -f -v $peer 2>&1
    Remove-All
    Remove-ArchiveCheckpoint $Name bench -ErrorAction Ignore
}
