using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>Who hears of a run: what started it, or asked for its place.</summary>
public abstract record RunOwner : Case
{
    /// <param name="Index">The index of the service in the plan in force.</param>
    public sealed record Service(int Index) : RunOwner;

    /// <summary>A server that a client launched: its main process is never our child.</summary>
    /// <param name="Id">The number of the launch.</param>
    public sealed record Launch(long Id) : RunOwner;
}
