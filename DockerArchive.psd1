@{
    RootModule           = 'DockerArchive.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = 'b7c1c2c5-5d0f-4f0e-9d0a-6c0f1f5b2a77'
    Author               = 'DockerArchive contributors'
    CompanyName          = 'DockerArchive contributors'
    Copyright            = '(c) DockerArchive contributors. MIT licence.'
    Description          = 'Exact historic versions of container runtimes as typed objects: start them as virtual machines in containers, build in them, see how they are doing.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('DockerArchive.Format.ps1xml')
    FunctionsToExport    = @()
    CmdletsToExport      = @(
        'Build-ArchiveEnv'
        'Checkpoint-ArchiveEnv'
        'Clear-BuildkitCache'
        'ConvertFrom-BuildctlProgress'
        'ConvertFrom-BuildkitLog'
        'ConvertFrom-SystemdStatus'
        'Copy-ArchiveItem'
        'Enter-ArchiveEnv'
        'Export-ArchiveSshConfig'
        'Get-ArchiveCheckpoint'
        'Get-ArchiveConsole'
        'Get-ArchiveEnv'
        'Get-ArchiveImage'
        'Get-BuildkitDiskUsage'
        'Get-BuildkitJournal'
        'Get-BuildkitStatus'
        'Get-BuildkitWorker'
        'Invoke-ArchiveCommand'
        'Invoke-BuildctlBuild'
        'New-ArchiveEnv'
        'New-ArchiveSshSession'
        'Publish-ArchiveEnv'
        'Remove-ArchiveCheckpoint'
        'Remove-ArchiveEnv'
        'Restart-ArchiveEnv'
        'Restart-BuildkitService'
        'Restore-ArchiveEnv'
        'Start-ArchiveEnv'
        'Stop-ArchiveEnv'
        'Test-ArchiveEnv'
        'Wait-ArchiveEnv'
    )
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags       = @('BuildKit', 'buildctl', 'Docker', 'QEMU', 'containers', 'security', 'archive')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
