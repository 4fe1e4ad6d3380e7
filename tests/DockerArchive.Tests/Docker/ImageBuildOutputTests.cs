using System.Text;
using DockerArchive.Buildkit;
using DockerArchive.Docker;
using DockerArchive.Docker.Status;
using DockerArchive.Tests.Systemd;
using Google.Protobuf;

namespace DockerArchive.Tests.Docker;

public sealed class ImageBuildOutputTests : IAsyncDisposable
{
    private const string Run = "[made 2/2] RUN echo out; echo err >&2; printf \"no end\"";

    private readonly Watch _watch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private async Task<string?> ReadAsync(Stream answer) => await new ImageBuildOutput(_watch).ReadAsync(answer, Token);

    private static MemoryStream Recorded(string name) => new(GuestData.Bytes("engine", name));

    private BuildStep Step(string name) => Assert.Single(_watch.Steps, step => step.Name == name);

    [Fact]
    public async Task A_build_that_fails_has_its_steps_their_logs_and_the_error()
    {
        Assert.Equal("executor failed running [/bin/sh -c echo before; exit 7]: exit code: 7", await ReadAsync(Recorded("failed.jsonl")));

        Assert.Equal(
            [("err", BuildLogOrigin.StandardError), ("out", BuildLogOrigin.StandardOutput), ("no end", BuildLogOrigin.StandardOutput)],
            Step(Run).Log.Select(line => (line.Text, line.Stream)));
        Assert.Equal((BuildStepState.Done, "made", 2, 2), (Step(Run).State, Step(Run).Stage, Step(Run).Index, Step(Run).Total));
        var failed = Step("[stage-1 3/3] RUN echo before; exit 7");
        Assert.Equal((BuildStepState.Failed, "before"), (failed.State, Assert.Single(failed.Log).Text));
        Assert.Contains("exit code: 7", failed.Error, StringComparison.Ordinal);
        Assert.StartsWith("sha256:", Assert.Single(Step(Run).Inputs), StringComparison.Ordinal);
        Assert.Equal(0, _watch.Unrecognised);
    }

    [Fact]
    public async Task The_next_build_is_numbered_on_and_a_step_of_both_is_one()
    {
        var output = new ImageBuildOutput(_watch);
        await output.ReadAsync(Recorded("failed.jsonl"), Token);
        var before = output.Steps.Count;

        Assert.Null(await output.ReadAsync(Recorded("built.jsonl"), Token));

        Assert.Equal(Enumerable.Range(1, output.Steps.Count), output.Steps.Select(step => step.Number));
        Assert.InRange(output.Steps.Count, before + 1, before * 2);
        Assert.Equal(BuildStepState.Cached, Step(Run).State);
        Assert.Contains("exporting layers", Step("exporting to image").Transfers.Select(transfer => transfer.Id));
    }

    [Fact]
    public async Task A_warning_has_its_place()
    {
        var status = new StatusResponse
        {
            Vertexes = { new Vertex { Digest = "sha256:1", Name = "[internal] load build definition" } },
            Warnings =
            {
                new VertexWarning
                {
                    Vertex = "sha256:1",
                    Short = ByteString.CopyFromUtf8("FromAsCasing: casing differs (line 3)"),
                    Detail = { ByteString.CopyFromUtf8("first"), ByteString.CopyFromUtf8("second") },
                    Url = "https://docs.docker.com/go/dockerfile/rule/from-as-casing/",
                    Info = new SourceInfo { Filename = "Dockerfile" },
                    Ranges = { new DockerArchive.Docker.Status.Range { Start = new Position { Line = 3 } } },
                },
            },
        };
        var message = $"{{\"id\":\"moby.buildkit.trace\",\"aux\":\"{Convert.ToBase64String(status.ToByteArray())}\"}}\r\n";

        Assert.Null(await ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(message))));

        var warning = Assert.Single(Assert.Single(_watch.Steps).Warnings);
        Assert.Equal(
            ("FromAsCasing", "Dockerfile", 3, "https://docs.docker.com/go/dockerfile/rule/from-as-casing/"),
            (warning.Rule, warning.File, warning.Line, warning.Url));
        Assert.Equal(["first", "second"], warning.Detail);
    }

    [Fact]
    public async Task An_error_names_the_step_its_last_lines_and_no_control_sequence()
    {
        var output = new ImageBuildOutput(_watch);
        var error = await output.ReadAsync(Recorded("failed.jsonl"), Token);

        var failure = new ImageBuildException("x/y:z", $"{error}\u001b[2J", output);

        Assert.Equal("ImageBuildFailed", failure.ErrorId);
        Assert.EndsWith("\nbefore", failure.Message, StringComparison.Ordinal);
        Assert.Contains("[stage-1 3/3] RUN echo before; exit 7\n", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', failure.Message);
        Assert.Equal(output.Steps.Count, failure.Steps.Count);
    }

    private sealed class Watch : IBuildWatch
    {
        private readonly BuildTracker _tracker = new();

        public IReadOnlyList<BuildStep> Steps => _tracker.Steps;

        public int Unrecognised { get; private set; }

        public void Accept(scoped in BuildToken token)
        {
            if (token.Kind == BuildEventKind.Unrecognised)
                Unrecognised++;
            _tracker.Accept(in token);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
