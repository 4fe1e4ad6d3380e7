[assembly: AssemblyFixture(typeof(DockerArchive.EngineTests.Host.TestModule))]

namespace DockerArchive.EngineTests.Host;

/// <summary>A script module with a view of its own, in place of the real one.</summary>
public sealed class TestModule : IDisposable
{
    private const string Manifest =
        """
        @{
            RootModule = 'DockerArchive.psm1'
            ModuleVersion = '0.1.0'
            GUID = '3f0c0ba3-5a0c-4f0c-9a52-6f1f5f4a7c11'
            FunctionsToExport = '*'
            FormatsToProcess = 'DockerArchive.format.ps1xml'
        }
        """;

    private const string Functions =
        """
        function Get-Thing {
            [pscustomobject]@{ PSTypeName = 'Test.Thing'; Name = 'engine'; State = 'Up'; Hidden = 'not in the view' }
        }

        function Wait-Forever([string]$Started, [string]$CleanedUp) {
            try {
                [IO.File]::WriteAllText($Started, '')
                while ($true) { [Threading.Thread]::Sleep(20) }
            }
            finally {
                [IO.File]::WriteAllText($CleanedUp, 'yes')
            }
        }

        function Show-Streams {
            [CmdletBinding()] param()
            $PSCmdlet.WriteWarning('beware')
            $PSCmdlet.WriteVerbose('in detail')
            $PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new(
                [InvalidOperationException]::new('went wrong'), 'WentWrong', 'InvalidOperation', $null))
        }

        function Show-Progress {
            [CmdletBinding()] param()
            foreach ($i in 1..3) {
                $record = [Management.Automation.ProgressRecord]::new(1, 'Booting', "rung $i")
                $record.PercentComplete = $i * 30
                $PSCmdlet.WriteProgress($record)
                [Threading.Thread]::Sleep(150)
            }
            'booted'
        }

        function Remove-Thing {
            [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param([string]$Name)
            if ($PSCmdlet.ShouldProcess($Name)) { "removed $Name" }
        }
        """;

    private const string View =
        """
        <Configuration><ViewDefinitions><View>
          <Name>Thing</Name>
          <ViewSelectedBy><TypeName>Test.Thing</TypeName></ViewSelectedBy>
          <TableControl>
            <TableHeaders><TableColumnHeader/><TableColumnHeader/></TableHeaders>
            <TableRowEntries><TableRowEntry><TableColumnItems>
              <TableColumnItem><PropertyName>Name</PropertyName></TableColumnItem>
              <TableColumnItem>
                <ScriptBlock>"$($PSStyle.Foreground.Green)$($_.State)$($PSStyle.Reset)"</ScriptBlock>
              </TableColumnItem>
            </TableColumnItems></TableRowEntry></TableRowEntries>
          </TableControl>
        </View></ViewDefinitions></Configuration>
        """;

    public TestModule() => WriteModule(Directory, Functions);

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("pwsh-host-tests-").FullName;

    public string PathOf(string name) => Path.Combine(Directory, name);

    /// <summary>Writes a script into the directory and gives its path.</summary>
    public string Script(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>Makes another module in a directory below, with these functions.</summary>
    public string OtherModule(string name, string functions)
    {
        var directory = System.IO.Directory.CreateDirectory(PathOf(name)).FullName;
        WriteModule(directory, functions);
        return directory;
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private static void WriteModule(string directory, string functions)
    {
        File.WriteAllText(Path.Combine(directory, "DockerArchive.psd1"), Manifest);
        File.WriteAllText(Path.Combine(directory, "DockerArchive.psm1"), functions);
        File.WriteAllText(Path.Combine(directory, "DockerArchive.format.ps1xml"), View);
    }
}
