using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Verbs;

/// <summary>A verb for operators: its name, its options and its action.</summary>
/// <param name="name">The first word of the command line.</param>
/// <param name="help">The text of <c>mcp-init NAME --help</c>.</param>
/// <param name="flags">Options without a value.</param>
/// <param name="valued">Options with a value.</param>
/// <param name="run">Returns the exit code.</param>
internal sealed class OperatorVerb(
    string name, string help, string[] flags, string[] valued, Func<VerbArguments, int> run)
{
    private static readonly string[] HelpFlags = ["--help", "-h"];

    public string Name { get; } = name;

    public int Invoke(ReadOnlySpan<string> words)
    {
        if (VerbArguments.Read(words, [.. flags, .. HelpFlags], valued, out var error) is not { } given)
            return OperatorVerbs.Refuse($"{Name}: {error}");
        if (!HelpFlags.Any(given.Has))
            return run(given);
        Page.Out(help);
        return Core.Values.ExitCodes.Success;
    }
}
