using System.Globalization;
using System.Management.Automation.Host;

namespace DockerArchive.Host;

/// <summary>The engine's view of this console.</summary>
internal sealed class ConsoleHost(ConsoleOutput output, Session session, ConsoleUserInterface userInterface) : PSHost
{
    // The engine and scripts compare this name: under another one tables are measured differently than in pwsh.
    public override string Name => "ConsoleHost";

    public override Version Version { get; } = new(Usage.EngineVersion.Split('-')[0]);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    public override PSHostUserInterface UI => userInterface;

    public override void SetShouldExit(int exitCode) => session.RequestExit(exitCode);

    public override void EnterNestedPrompt() => session.EnterNestedPrompt();

    public override void ExitNestedPrompt() => session.ExitNestedPrompt();

    public override void NotifyBeginApplication()
    {
        output.BeginApplication();
        session.Foreground.Begin();
    }

    public override void NotifyEndApplication()
    {
        session.Foreground.End();
        output.ResumeProgress();
    }
}
