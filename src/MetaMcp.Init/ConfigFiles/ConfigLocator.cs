namespace MetaMcp.Init.ConfigFiles;

/// <summary>Finds the file: the path given, MCP_INIT_CONFIG, then the two default places.</summary>
internal sealed class ConfigLocator
{
    public const string Variable = "MCP_INIT_CONFIG";

    private static readonly string[] Defaults = ["/etc/mcp-init.toml", "./mcp-init.toml"];

    private ConfigLocator(string? path, string problem) => (Path, Problem) = (path, problem);

    /// <summary>The file to read; null if there is none.</summary>
    public string? Path { get; }

    /// <summary>The error message if there is none: all the places looked at.</summary>
    public string Problem { get; }

    /// <param name="given">From the command line. A file that is named is not looked for elsewhere: opening it gives the
    /// error.</param>
    public static ConfigLocator Find(string? given) =>
        Find(given, Environment.GetEnvironmentVariable(Variable), File.Exists);

    internal static ConfigLocator Find(string? given, string? variable, Func<string, bool> exists)
    {
        if (!string.IsNullOrEmpty(given))
            return new(given, "");
        if (!string.IsNullOrEmpty(variable))
            return new(variable, "");
        return Array.Find(Defaults, d => exists(d)) is { } found
            ? new(found, "")
            : new(null,
                $"no configuration: neither {Defaults[0]} nor {Defaults[1]} is there, and neither --config nor {Variable} names a file");
    }
}
