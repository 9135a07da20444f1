namespace MetaMcp.Init.Core.Control;

/// <summary>The closed set of verbs that a client may ask PID 1 for. The first ones look, the others act.</summary>
public enum ControlVerb
{
    Status,
    Ps,
    Metrics,
    Events,
    Health,
    Logs,
    Start,
    Stop,
    Restart,
    Signal,
    Reload,
    Shutdown,
}

/// <summary>The verbs by their words, and the rights that each needs.</summary>
public static class ControlVerbs
{
    private static readonly string[] Words =
    [
        "status", "ps", "metrics", "events", "health", "logs", "start", "stop", "restart", "signal", "reload", "shutdown",
    ];

    public static string Word(ControlVerb verb) => Words[(int)verb];

    public static ControlVerb? Find(string word) => Array.IndexOf(Words, word) is >= 0 and var at ? (ControlVerb)at : null;

    /// <summary>
    /// Whether any user may ask for it. The output of services may have secrets, so <c>logs</c> needs full rights like the verbs that act.
    /// </summary>
    public static bool IsForAll(ControlVerb verb) => verb < ControlVerb.Logs;

    /// <summary>Whether it changes something.</summary>
    public static bool Acts(ControlVerb verb) => verb >= ControlVerb.Start;

    /// <summary>Whether it is about services or servers, of which it must name one.</summary>
    public static bool NeedsNames(ControlVerb verb) => verb is >= ControlVerb.Start and <= ControlVerb.Signal;
}
