using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>A directory that will be wanted.</summary>
public sealed class DirectoryFacts
{
    public string Path { get; init; } = InitSettings.DefaultRuntimeDirectory;

    /// <summary>Its nearest existing parent, or itself.</summary>
    public string Nearest { get; init; } = "/run";

    /// <summary>The error that a write to the nearest one would give.</summary>
    public Errno Access { get; init; }
}
