using System.Management.Automation;

namespace DockerArchive.Commands;

/// <summary>Refuses text with a NUL character, which no word of a command line can hold.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ValidateWithoutNulAttribute : ValidateEnumeratedArgumentsAttribute
{
    /// <inheritdoc/>
    protected override void ValidateElement(object element)
    {
        if ($"{element}".Contains('\0', StringComparison.Ordinal))
            throw new ValidationMetadataException("A NUL character cannot be part of a command line.");
    }
}
