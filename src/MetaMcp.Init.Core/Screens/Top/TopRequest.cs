using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Screens.Top;

/// <summary>What a key asks of the one that draws the screen.</summary>
public abstract record TopRequest : Case
{
    public sealed record Quit : TopRequest;

    /// <summary>Ctrl-Z: the screen goes, and the shell comes.</summary>
    public sealed record Suspend : TopRequest;

    /// <summary>A look at once.</summary>
    public sealed record Look : TopRequest;

    /// <summary>An act that was confirmed.</summary>
    /// <param name="Verb"><c>restart</c>, <c>stop</c> or <c>signal</c>.</param>
    /// <param name="Name">The service.</param>
    /// <param name="Signal">The signal, of that verb alone.</param>
    public sealed record Act(string Verb, string Name, string? Signal = null) : TopRequest;
}
