using DockerArchive.Docker;

namespace DockerArchive.Tests.Docker;

public class DockerfileArgumentsTests
{
    [Fact]
    public void Every_declaration_counts_wherever_it_stands()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "Dockerfile");
        File.WriteAllText(
            path,
            """
            ARG BASE=debian:bookworm-slim
            FROM ${BASE}
              arg ONE TWO=2 THREE="a"
            # ARG COMMENT
            RUN echo ARG NOTHING
            """ + "\r\nARG LAST\r\n");

        Assert.Equal(["BASE", "LAST", "ONE", "THREE", "TWO"], DockerfileArguments.Read(path).Order());
        Assert.Empty(DockerfileArguments.Read(path + ".none"));
    }
}
