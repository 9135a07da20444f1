using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>What there is of a run where it differs from what is believed of it.</summary>
/// <param name="Believed">The answer counts only while this is still believed: what was on its way has been heard by then.</param>
/// <param name="IsThere">Whether something of it may be left.</param>
/// <param name="Main">The pid of its main process, which may have been collected; 0 where there never was one.</param>
/// <param name="IsExecuted">Whether that became the service's own program.</param>
/// <param name="HasMain">Whether that has not been collected.</param>
public sealed record RunFacts(RunBelief Believed, bool IsThere, int Main, bool IsExecuted, bool HasMain) : Case
{
    /// <summary>How the main process ended; null where nobody knows any more.</summary>
    public ExitStatus? Status { get; init; }

    /// <summary>What the second stage said where it never became the service.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether that was a shortage of the container.</summary>
    public bool IsShortage { get; init; }
}
