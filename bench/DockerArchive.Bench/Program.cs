using DockerArchive.Bench;

switch (args)
{
    case ["memory", var log]:
        ParserMemory.Measure(log);
        break;
    case ["ssh"]:
        SshRun.Start("out/bench");
        break;
    case ["catalogue"]:
        CatalogueRun.Start("out/bench");
        break;
    case ["disk"]:
        DiskRun.Start();
        break;
    case ["status", var environment]:
        StatusRun.Start(environment);
        break;
    case ["start", var environment]:
        StartRun.Start(environment);
        break;
    default:
        using (var run = new FullRun(args is [var directory] ? directory : "out/bench"))
            run.Start();
        break;
}
