@{
    RootModule        = 'PoshSSH.dll'
    ModuleVersion     = '3.2.7'
    GUID              = '0c1b8f6e-3e0b-4a53-9d55-2f5b0f6d9a11'
    Description       = 'Stands in for Posh-SSH in the tests of DockerArchive.'
    FunctionsToExport = @()
    CmdletsToExport   = @('New-SSHSession', 'New-SSHMemoryKnownHost')
    AliasesToExport   = @()
}
