using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>How far a run has come, as far as it was told.</summary>
public enum RunStage { Asked, Started, Executed, Collected }

/// <summary>What the supervisor believes of a run; the kernel compares it with what there is.</summary>
/// <param name="Service">Whose run it is.</param>
/// <param name="RunNumber">Which run.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="Main">Its main process; 0 where there is none yet, or none any more.</param>
public readonly record struct RunBelief(int Service, long RunNumber, RunStage Stage, int Main)
{
    /// <summary>What a state says of its run; null where it has none.</summary>
    public static RunBelief? Of(int service, ServiceState state) => state switch
    {
        ServiceState.Launching s => new(service, s.RunNumber, RunStage.Asked, 0),
        ServiceState.Doomed s => new(service, s.RunNumber, RunStage.Asked, 0),
        ServiceState.Starting { Readiness: Readiness.AwaitingExec } s => new(service, s.Run.Number, RunStage.Started, s.Run.Pid),
        ServiceState.Starting { IsForked: true } s => new(service, s.Run.Number, RunStage.Collected, 0),
        ServiceState.Starting s => new(service, s.Run.Number, RunStage.Executed, s.Run.Pid),
        ServiceState.Ready s => new(service, s.Run.Number, RunStage.Executed, s.Run.Pid),
        ServiceState.Leftover or ServiceState.Draining or ServiceState.Purging when state is EndingState s =>
            new(service, s.Run.Number, RunStage.Collected, 0),
        EndingState s => new(service, s.Run.Number, RunStage.Executed, s.Run.Pid),
        _ => null,
    };
}

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

/// <summary>A probe or a stop command that is entered as running.</summary>
/// <param name="Sequence">Its number in the registry.</param>
/// <param name="RunNumber">The run that it works for.</param>
/// <param name="Pid">Its process.</param>
public readonly record struct HelperBelief(long Sequence, long RunNumber, int Pid);
