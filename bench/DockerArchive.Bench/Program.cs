using DockerArchive.Bench;

Console.WriteLine(ParserRun.Start(args is [var directory] ? directory : "out/bench").Environment);
