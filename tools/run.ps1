# The main job from end to end. Runs in pwsh and in the embedded host, which has no Utility cmdlets such as Write-Host.
param(
    [string] $Env = 'buildkit/docker-v20.10.24',
    [string] $Context = 'examples/hello',
    [switch] $Keep
)
$ErrorActionPreference = 'Stop'

function Stage([string] $what, [scriptblock] $do) {
    $Host.UI.WriteLine("==> $what")
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    & $do
    $Host.UI.WriteLine(('    {0:0.0} s' -f $clock.Elapsed.TotalSeconds))
}

Stage "Images of $Env" { Build-ArchiveEnv $Env | Out-Default }
try {
    Stage "Start $Env" { Start-ArchiveEnv $Env | Out-Default }
    Stage "Build $Context in it" {
        $result = Invoke-BuildctlBuild $Env $Context
        $result | Out-Default
        $result.Steps | Out-Default
    }
    Stage 'How is BuildKit doing' { Get-BuildkitStatus $Env | Out-Default }
}
finally {
    if ($Keep) {
        $Host.UI.WriteLine("==> Left running (KEEP=1): Remove-ArchiveEnv $Env -Force ends it")
    }
    else {
        Stage "Stop and remove $Env" {
            Get-ArchiveEnv $Env -Running | Stop-ArchiveEnv
            Get-ArchiveEnv $Env | Where-Object Instances | Remove-ArchiveEnv
        }
    }
}
