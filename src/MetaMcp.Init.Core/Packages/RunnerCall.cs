namespace MetaMcp.Init.Core.Packages;

public enum RunnerKind { Npx, Uvx }

/// <summary>What a command line of npx or uvx asks for.</summary>
public sealed record RunnerCall
{
    public required RunnerKind Runner { get; init; }

    /// <summary>The package whose program is started; null if none is, or it cannot be told: then no server is started.</summary>
    public PackageSpec? Package { get; init; }

    /// <summary>The package as it is written.</summary>
    public string Spec { get; init; } = "";

    /// <summary>The options are among -y, --yes, -q and --quiet, and the program is that of the package itself.</summary>
    public bool IsPlain { get; init; }

    /// <summary>The number of words, from the runner's name on, before the arguments of the program.</summary>
    public int Length { get; init; }
}
