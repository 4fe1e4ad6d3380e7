using System.Diagnostics;

namespace DockerArchive.IntegrationTests;

/// <summary>Waits for facts of which nothing else tells.</summary>
internal static class Wait
{
    /// <summary>Far longer than anything takes here that works.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    public static void Until(Func<bool> fact, string what)
    {
        for (var waited = Stopwatch.StartNew(); !fact();)
        {
            Assert.True(waited.Elapsed < Patience, $"Waited in vain for {what}.");
            Thread.Sleep(50);
        }
    }
}
