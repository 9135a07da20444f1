namespace MetaMcp.Init.Core.Unwrapping;

/// <summary>A command of npx or uvx as a client gave it, and what surrounds it.</summary>
public sealed record UnwrapRequest
{
    /// <summary>The runner and its arguments.</summary>
    public required string[] Command { get; init; }

    /// <summary>The runner's file, found as it would be executed.</summary>
    public required string Program { get; init; }

    /// <summary>The environment of the command.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>The current directory, without links in it.</summary>
    public required string Directory { get; init; }

    /// <summary>Seconds since 1970: the times of files are compared with it.</summary>
    public required long Now { get; init; }

    /// <summary>As Node names the processor: x64, arm64.</summary>
    public string Processor { get; init; } = "x64";

    internal string? Variable(string name) => Variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}
