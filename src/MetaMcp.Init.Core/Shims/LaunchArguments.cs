using MetaMcp.Init.Core.LaunchProtocol;

namespace MetaMcp.Init.Core.Shims;

/// <summary>The words of <c>mcp-init launch NAME [-- CMD…]</c>.</summary>
/// <param name="Name">The type of server.</param>
/// <param name="CommandIndex">The index of the command's first word among those after the verb; null if there is no command.</param>
public sealed record LaunchArguments(string Name, int? CommandIndex)
{
    public const string Usage = "usage: mcp-init launch NAME [-- CMD [ARG…]]";

    /// <summary>Null and the problem, a sentence that says what to write.</summary>
    /// <param name="words">The words after the verb.</param>
    /// <param name="problem">Empty if there are arguments.</param>
    public static LaunchArguments? Read(ReadOnlySpan<string> words, out string problem)
    {
        problem = words switch
        {
            [] => "there is no name: it is the NAME of a [server.NAME] table, or any name for the type of the server",
            ["--", ..] => "there is no name before the --",
            [['-', ..], ..] => $"unknown option {LaunchNames.Program(words[0])}: launch has none but --help",
            [_, "--"] => "there is no command after the --; without one, leave the -- out",
            [_, not "--", ..] => "write -- between the name and the command",
            _ => LaunchNames.Problem(words[0]) is { } unfit ? $"the name cannot be used: {unfit}" : "",
        };
        return problem.Length > 0 ? null : new LaunchArguments(words[0], words.Length == 1 ? null : 2);
    }
}
