using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

public sealed record ShutdownSettings
{
    /// <summary>Of the whole phase: a maximum, never a sleep.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time from the stop signal to SIGKILL, for one service.</summary>
    public TimeSpan TermTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public int MaxConcurrent { get; init; } = 5;
    public int Retries { get; init; } = 3;

    /// <summary>Each of these begins the shutdown, and a second one of them cuts it short. In the order of the file, each once.</summary>
    public ImmutableArray<Signal> Signals { get; init; } = DefaultSignals;

    /// <summary>The signals that engines and people send, and the usual STOPSIGNALs of images.</summary>
    public static ImmutableArray<Signal> DefaultSignals { get; } = [Signal.Term, Signal.Int, Signal.Quit, Signal.RtMinPlus3];

    public bool IsStop(Signal signal)
    {
        foreach (var one in Signals)
            if (one == signal)
                return true;
        return false;
    }
}
