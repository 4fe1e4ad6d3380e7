using System.Management.Automation;
using DockerArchive.Catalog;
using DockerArchive.Vm;

namespace DockerArchive.Commands;

/// <summary>Base of cmdlets that list or remove checkpoints.</summary>
public abstract class CheckpointCmdlet : ArchiveCmdlet
{
    /// <summary>The checkpoints that a user means; a name without wildcards that matches none is an error record.</summary>
    private protected List<ArchiveCheckpoint> Find(string[] environments, string[] names)
    {
        List<ArchiveCheckpoint> found = [];
        Run(async (output, cancellation) =>
        {
            var engine = await EngineAsync(cancellation);
            var all = await new CheckpointImages(engine, new InstanceRegistry(engine, Catalog)).ListAsync(cancellation);
            foreach (var env in environments)
            {
                var normal = EnvironmentName.Normalize(env);
                var ofEnv = all.Where(c => Matches(normal, c.Environment)).ToArray();
                if (ofEnv.Length == 0 && IsLiteral(env) && !Catalog.Names().Contains(normal))
                {
                    output.Error(new EnvironmentNotFoundException(env, Catalog.Names(), Catalog.Roots));
                    continue;
                }

                foreach (var name in names)
                {
                    var matches = ofEnv.Where(c => Matches(name, c.Name)).ToArray();
                    found.AddRange(matches);
                    if (matches.Length == 0 && IsLiteral(name))
                        output.Error(new CheckpointNotFoundException(normal, name, ofEnv.Select(c => c.Name)));
                }
            }
        });
        return [.. found.DistinctBy(c => c.Image)];
    }

    private static bool Matches(string pattern, string name) =>
        WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(name);

    private static bool IsLiteral(string text) => !WildcardPattern.ContainsWildcardCharacters(text);
}
