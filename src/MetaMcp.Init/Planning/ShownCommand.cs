using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Packages;

namespace MetaMcp.Init.Planning;

/// <summary>
/// The command of a server as it may be shown: its program and the package that it starts. The other words may be secrets, as in many
/// configurations of MCP clients.
/// </summary>
internal static class ShownCommand
{
    /// <summary>In place of words that are not shown.</summary>
    public const string Rest = "…";

    /// <returns><c>npx @scope/name@1 …</c></returns>
    public static string Show(ImmutableArray<string> command) =>
        command.IsEmpty ? "as launch gives it" : string.Join(' ', Words(command).Select(Shown));

    /// <summary>A row of the page is one line.</summary>
    private static string Shown(string word) => word.Any(c => char.IsControl(c) || c == ' ') ? Quoted.Text(word) : word;

    /// <summary>The words that may be shown, then <see cref="Rest"/> if there are others.</summary>
    public static ImmutableArray<string> Words(ImmutableArray<string> command)
    {
        if (command.Length < 2)
            return command;
        // An address of a repository may hold a password.
        return RunnerCommand.Read(command.AsSpan())?.Package is { IsFromRegistry: true } package
            ? Packaged(command, package.Version is null ? package.Name : $"{package.Name}@{package.Version}")
            : [command[0], Rest];
    }

    private static ImmutableArray<string> Packaged(ImmutableArray<string> command, string package) =>
        command.Length == 2 ? [command[0], package] : [command[0], package, Rest];
}
