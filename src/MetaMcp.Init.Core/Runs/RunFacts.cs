using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>What the kernel has of a run, where that differs from the belief about the run.</summary>
/// <param name="Believed">
/// The answer counts only while this is still believed; otherwise the news that explains the difference has come meanwhile.
/// </param>
/// <param name="IsThere">Whether processes of the run may be left.</param>
/// <param name="Main">The pid of the main process, which may have been collected; 0 if there never was one.</param>
/// <param name="IsExecuted">Whether the main process has executed the service's own program.</param>
/// <param name="HasMain">Whether there is a main process that was not collected.</param>
public sealed record RunFacts(RunBelief Believed, bool IsThere, int Main, bool IsExecuted, bool HasMain) : Case
{
    /// <summary>The exit status of the main process; null if it is not known any more.</summary>
    public ExitStatus? Status { get; init; }

    /// <summary>The message of the second stage if it could not execute the service's program.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether that problem was a shortage of the container.</summary>
    public bool IsShortage { get; init; }
}
