using DockerArchive.Bench;

if (args is ["memory", var log])
{
    ParserMemory.Measure(log);
    return;
}

using var run = new FullRun(args is [var directory] ? directory : "out/bench");
run.Start();
