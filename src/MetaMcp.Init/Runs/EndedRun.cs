using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Runs;

/// <summary>
/// How the last run of a service ended, as it was reported. Kept longer than the run, whose streams and sockets must be released: the
/// event may be lost.
/// </summary>
internal sealed class EndedRun(ServiceRun run, ExitStatus status, StartProblem? problem)
{
    public long Number { get; } = run.Number;

    public int Main { get; } = run.Main;

    public bool IsExecuted { get; } = run.IsExecuted;

    public ExitStatus Status { get; } = status;

    public StartProblem? Problem { get; } = problem;
}
