# make all, ctr, vm, dqd, dbg, push and clean with DIR=: the words of the public archive's Makefile for Build- and
# Publish-ArchiveEnv. Runs in pwsh and in the embedded host.
param(
    [Parameter(Mandatory)] [string] $Name,
    [string[]] $Stage = @('Ctr', 'Vm', 'Dqd'),
    [string] $CommandLine,
    [switch] $Push,
    [switch] $Clean
)
$ErrorActionPreference = 'Stop'

$choice = @{}
if ($env:REPO) { $choice.Repository = $env:REPO }

if ($Clean) {
    # The disk is an image here, not a file of the directory.
    $disk = (Get-ArchiveEnv $Name).VmImage
    if ($env:REPO) { $disk = $disk -replace '^.*(?=:)', $env:REPO }
    if (docker image ls --quiet $disk) { docker image rm $disk }
    return
}

if ($Push) {
    Publish-ArchiveEnv $Name @choice | Out-Default
    return
}

if ($env:SIZE) { $choice.Size = $env:SIZE }
if ($env:VM_PASSWORD) { $choice.BuildArg = @{ VM_PASSWORD = $env:VM_PASSWORD } }
if ($env:DEBUG -and $env:DEBUG -notin 'false', '0') { $choice.Verbose = $true }
if ($CommandLine) { $choice.CommandLine = $CommandLine }
Build-ArchiveEnv $Name -Stage $Stage @choice | Out-Default
