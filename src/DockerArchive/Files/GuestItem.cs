namespace DockerArchive.Files;

/// <summary>A file or folder in a guest.</summary>
/// <param name="Environment">Name of the environment; null for a session of Posh-SSH's.</param>
/// <param name="Instance">Name of the instance.</param>
/// <param name="Source">Full path on this machine of what it is a copy of.</param>
/// <param name="Destination">Where it was copied to, as the user gave it.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
public sealed record GuestItem(string? Environment, string Instance, string Source, string Destination, bool IsFolder);
