namespace DockerArchive.Tests.Systemd;

/// <summary>Recorded output under tests/data.</summary>
internal static class GuestData
{
    public const string Debian12 = "systemd-252_buildkit-v0.4.0";
    public const string Debian13 = "systemd-257_buildkit-v0.21.1";

    private static readonly string Root = FindRoot();

    public static byte[] Bytes(params string[] path) => File.ReadAllBytes(Path.Combine([Root, .. path]));

    public static string Text(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "DockerArchive.slnx")))
        {
            directory = directory.Parent
                ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        }

        return Path.Combine(directory.FullName, "tests", "data");
    }
}
