using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Runs;

/// <summary>What a step of a run needs to know beside the state. None of it changes during the step.</summary>
/// <param name="Settings">How the program is started, becomes ready, is watched and is stopped.</param>
/// <param name="NextRun">The number that a new run would have.</param>
/// <param name="Jitter">0 to 1, for the jitter of a back-off and the spread of probes.</param>
/// <param name="IsEnding">Whether the whole container stops: then no run waits for a turn in the cleanup queue.</param>
/// <param name="KillRetries">The repetitions of SIGKILL after which a cleanup has failed.</param>
public readonly record struct RunContext(ServiceSettings Settings, long NextRun, double Jitter, bool IsEnding, int KillRetries = 3)
{
    public string Name => Settings.Name;
}
