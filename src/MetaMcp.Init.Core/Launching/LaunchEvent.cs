using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>What happens to one launch, from the request of its shim until none of its processes is left.</summary>
public abstract record LaunchEvent : Case
{
    /// <summary>A shim asks for a place.</summary>
    public sealed record Asked(LaunchRequest Request) : LaunchEvent;

    /// <summary>The shim has named the process that is to become the server: the shim itself, or a child of it.</summary>
    /// <param name="Main">The process.</param>
    /// <param name="Unwrapping">What the shim says of its command's runner; null if it says nothing.</param>
    public sealed record Named(ProcessKey Main, string? Unwrapping = null) : LaunchEvent;

    /// <summary>The process is in the cgroup of its run, or there are no cgroups.</summary>
    public sealed record Placed(ProcessKey Main) : LaunchEvent;

    /// <summary>The cgroup could not be made, or the process could not be moved.</summary>
    public sealed record NotPlaced(string Reason, bool IsShortage) : LaunchEvent;

    /// <summary>The client has closed the stdin of the server.</summary>
    public sealed record Closed : LaunchEvent;

    /// <summary>The guard has seen no traffic for the time that it was told, or sees traffic again.</summary>
    public sealed record Idle(bool IsIdle) : LaunchEvent;

    /// <summary>The cold start is over: the program that was asked for runs.</summary>
    public sealed record Started : LaunchEvent;

    /// <summary>The guard says how the server has ended.</summary>
    /// <param name="Status">Its exit status.</param>
    /// <param name="IsAsked">The client had asked it to end, by a signal.</param>
    public sealed record Exited(ExitStatus Status, bool IsAsked) : LaunchEvent;

    /// <summary>The shim has ended.</summary>
    public sealed record ShimEnded : LaunchEvent;

    /// <summary>The process that started the shim has ended.</summary>
    public sealed record ClientEnded : LaunchEvent;

    /// <summary>The connection was closed, or dropped for breaking the rules.</summary>
    public sealed record Disconnected : LaunchEvent;
}
