using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Runs;

/// <summary>
/// How the last run of a service ended, as it was told. Kept after the run, whose streams and sockets must not be: the news may be lost.
/// </summary>
internal sealed class EndedRun(ServiceRun run, ExitStatus status, StartProblem? problem)
{
    public long Number { get; } = run.Number;

    public int Main { get; } = run.Main;

    public bool IsExecuted { get; } = run.IsExecuted;

    public ExitStatus Status { get; } = status;

    public StartProblem? Problem { get; } = problem;
}
