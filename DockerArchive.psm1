# The models go into the default load context, so that scripts can name their types; the cmdlets and every package they
# need go into one of their own.
$bin = [System.IO.Path]::Combine($PSScriptRoot, 'bin')
if (-not [System.IO.File]::Exists("$bin/DockerArchive.PowerShell.dll")) {
    throw "DockerArchive is not built: $bin has no assemblies. Run 'make build' in $PSScriptRoot."
}
$null = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Combine($bin, 'DockerArchive.dll'))
$assembly = [DockerArchive.ModuleLoadContext]::LoadCmdlets([System.IO.Path]::Combine($bin, 'DockerArchive.PowerShell.dll'))
$inner = Import-Module -Assembly $assembly -PassThru

# On a second import the engine takes the assembly's module from its cache and forgets to export its cmdlets from this
# one: https://github.com/PowerShell/PowerShell/issues/20710
$export = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', [System.Reflection.BindingFlags]'Instance, NonPublic')
foreach ($cmdlet in $inner.ExportedCmdlets.Values) {
    $null = $export.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
}

$lifetime = $assembly.GetType('DockerArchive.ModuleLifetime')
$lifetime::Begin()
$ExecutionContext.SessionState.Module.OnRemove = { $lifetime::End() }
