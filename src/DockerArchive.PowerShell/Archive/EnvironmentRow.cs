using System.Globalization;

namespace DockerArchive.Archive;

/// <summary>What is true of one version only; all else of an environment comes from templates.</summary>
internal sealed record EnvironmentRow
{
    /// <summary>The columns of the table, in its order.</summary>
    public const string Header = "version,port,runc,image_version,kernel_arguments,packages";

    /// <summary>Such as <c>v0.4.0</c>: the directory's name.</summary>
    public required string Version { get; init; }

    /// <summary>Port on this machine's loopback for the guest's sshd.</summary>
    public required int Port { get; init; }

    /// <summary>Such as <c>1.0.0-rc7</c>; empty where the environment builds upon another.</summary>
    public string Runc { get; init; } = "";

    /// <summary>Version of the environment's images, such as <c>v0.1.0</c>.</summary>
    public string ImageVersion { get; init; } = "v0.1.0";

    /// <summary>What the guest's kernel is booted with besides the usual; empty for nothing.</summary>
    public string KernelArguments { get; init; } = "";

    /// <summary>Debian packages that this version needs besides the usual, with spaces between; empty for none.</summary>
    public string Packages { get; init; } = "";

    /// <exception cref="FormatException">The line is no row.</exception>
    public static EnvironmentRow Parse(string line) =>
        line.Split(',') is [var version, var port, var runc, var image, var kernel, var packages]
        && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new EnvironmentRow
            {
                Version = version,
                Port = number,
                Runc = runc,
                ImageVersion = image,
                KernelArguments = kernel,
                Packages = packages,
            }
            : throw new FormatException($"'{line}' is not {Header}");

    /// <summary>The row as the table has it.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Version},{Port},{Runc},{ImageVersion},{KernelArguments},{Packages}");
}
