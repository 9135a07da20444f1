using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.PassThrough;

public abstract record PassThroughState(int ExitCode, Instant Due) : Case
{
    public sealed record Running() : PassThroughState(0, Instant.Never);

    /// <summary>The child is stopped, or was told to by us; <paramref name="By"/> is SIGSTOP there.</summary>
    public sealed record Stopped(Signal By) : PassThroughState(0, Instant.Never);

    public sealed record Ending(int Code, Instant KillAt) : PassThroughState(Code, KillAt);
    public sealed record Killing(int Code, Instant GiveUpAt) : PassThroughState(Code, GiveUpAt);
}
