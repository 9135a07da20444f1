using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>What the end of the main process means for its run, by the rules of the settings.</summary>
internal static class RunOutcome
{
    /// <summary>The outcome of a run that ended before it was ready.</summary>
    public static Outcome Of(in RunContext context, RunState.Starting state, RunEvent.Exited exited)
    {
        if (exited is { Problem: { } shortage, IsShortage: true })
            return new Outcome.Deferred(shortage);
        if (exited.Problem is { } problem)
            return new Outcome.Failing(new Failure(problem, exited.Status));
        if (!IsSuccess(context.Settings, exited.Status))
            return new Outcome.Failing(new Failure(exited.Reason, exited.Status) { Oom = exited.Oom });
        // Before the program is executed, an exit code of 0 would only mean that the second stage reported nothing; it cannot happen.
        if (state.Readiness is Readiness.AwaitingFork)
            return exited.OthersLeft
                ? new Outcome.Success(exited.Status)
                : new Outcome.Failing(
                    new Failure($"{exited.Status}, and no process of it was found in the background; where it stays in the foreground, " +
                        "remove type = \"forking\"", exited.Status));
        return context.Settings.Type == ServiceType.Oneshot || state.Readiness is Readiness.AwaitingExec
            ? new Outcome.Success(exited.Status)
            : new Outcome.Failing(new Failure($"{exited.Status} before it was ready", exited.Status));
    }

    /// <summary>The outcome of a run that was ready.</summary>
    public static Outcome Of(in RunContext context, RunEvent.Exited exited) =>
        IsSuccess(context.Settings, exited.Status)
            ? new Outcome.Success(exited.Status)
            : new Outcome.Failing(new Failure(exited.Reason, exited.Status) { Oom = exited.Oom });

    private static bool IsSuccess(ServiceSettings settings, ExitStatus status) =>
        status.IsSuccess || (status.Code is { } code && settings.SuccessExitCodes.Contains(code));
}
