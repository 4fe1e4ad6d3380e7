using System.Text;

namespace DockerArchive.Buildkit;

/// <summary>A step's full name, its digest or its inputs.</summary>
public sealed class StepNamed : BuildEvent
{
    internal StepNamed(scoped in BuildToken token)
        : base(token)
    {
        Name = Decode(token.Text);
        Digest = Decode(token.Digest);
        Inputs = token.Inputs.IsEmpty ? [] : ReadInputs(token.Inputs);
        IsContinuation = token.IsContinuation;
    }

    /// <summary>The full name, or null when only the digest is told.</summary>
    public string? Name { get; }

    /// <summary>The digest of the step's definition (<c>sha256:…</c>); v0.3, v0.4, v0.8 and JSON tell it.</summary>
    public string? Digest { get; }

    /// <summary>The digests of the steps this one builds upon; only JSON tells them.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary><see cref="Name"/> is a further line of the name.</summary>
    public bool IsContinuation { get; }

    internal static string[] ReadInputs(ReadOnlySpan<byte> quoted) =>
        Encoding.UTF8.GetString(quoted)
            .Split(['"', ',', ' ', '\n', '\r', '\t', '[', ']'], StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc/>
    public override string ToString() => Name ?? Digest ?? "";
}
