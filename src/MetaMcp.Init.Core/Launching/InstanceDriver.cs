using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>
/// Lets the run of one instance take its step. When the main process has ended, the rest is killed at once: a client waits for the last
/// process that holds the stdout of its server, and for the whole process group.
/// </summary>
internal sealed class InstanceDriver(
    Response response, ServiceTable services, InstanceTable instances, Registry registry, Action<long> forget, Action<long> queue,
    Func<bool> isEnding, CleanupTotals totals)
{
    /// <summary>Notices of a run that say of a launched server what its client knows better, or what its own notices say.</summary>
    private static readonly NoticeKind[] Untold =
    [
        Notices.ServiceExited, Notices.ServiceExitedOutOfMemory, Notices.InBackground, Notices.LeftoversKilled,
    ];

    private static readonly TimeSpan ReportPatience = TimeSpan.FromSeconds(1);

    /// <summary>Each holds a connection and takes no place, so that silent guards could be any number.</summary>
    private const int MostUnreported = 32;

    /// <summary>The process is where it belongs: the server runs.</summary>
    public void Begin(Instance instance, RunState.Ready run)
    {
        if (registry.Find(run.Number) is { } entry)
            registry.Started(entry, run.Run.Pid);
        instance.Since = response.Now;
        instances.Put(instance, new InstanceState.Running(run));
        response.Add(new Effect.WatchMain(run.Number, run.Run.Pid, run.Run.ForeignStart ?? 0));
    }

    /// <summary>mcp-init ends the instance.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="reason">A sentence.</param>
    /// <param name="kind">The kind of the reason.</param>
    /// <param name="isUrgent">Whether it ends without a turn in the cleanup queue.</param>
    public void Stop(Instance instance, string reason, EndReason kind, bool isUrgent = false)
    {
        if (instance.State is not InstanceState.Running)
            return;
        Explain(instance, reason, kind);
        Step(instance, new RunEvent.Stop(new Outcome.AsAsked()), isUrgent);
    }

    /// <summary>Tells the shim why its server is going to end, before the first signal.</summary>
    public void Explain(Instance instance, string reason, EndReason kind)
    {
        if (instance.Reason is not null)
            return;
        response.MayEndHere();
        response.Effects.EnsureCapacity(response.Effects.Count + 2);
        var notice = Notices.LaunchEnding.Of(instance.Name, reason);
        notice.Run = instance.RunNumber;
        var (told, report) = (new Effect.TellLaunch(instance.Id, reason), new Effect.Report(notice));
        (instance.Reason, instance.EndReason) = (reason, kind);
        response.Add(told);
        response.Add(report);
    }

    public void Step(Instance instance, RunEvent happened, bool isUrgent = false)
    {
        if (instance.Run is not { } before)
            return;
        response.MayEndHere();
        RunStep step;
        try
        {
            step = RunMachine.Step(Context(instance, isUrgent), before, happened, response.Now);
        }
#pragma warning disable CA1031 // Whatever the exception is: what the other instances are owed must not be lost with it.
        catch (Exception bug) when (bug is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            response.Tell(Notices.Bug.Of($"{instance.Name}: {bug.Message}"));
            return;
        }
        Put(instance, before, step);
        if (instance.Run is RunState.OthersWaiting or RunState.OthersStopping)
            Step(instance, new RunEvent.Kill());
    }

    /// <summary>Tells how the instance has ended, and forgets it.</summary>
    public void Report(Instance instance)
    {
        response.MayEndHere();
        response.Effects.EnsureCapacity(response.Effects.Count + 3);
        var (run, lasted) = instance.State is InstanceState.Unreported ended
            ? (ended.EndedRun, ended.Lasted) : (instance.RunNumber, response.Now - instance.Since);
        response.Tell(EndOf(instance, lasted), run);
        instances.Totals.AddEnded(
            instance.Server.Name, instance is { Reason: null, IsClosed: true } ? EndReason.Eof : instance.EndReason);
        // npm that ends by itself has undone, or has not begun, its work.
        if (instance is { HasEndedInStart: true, Request.Program: "npx" or "npm" or "pnpm" or "yarn" } &&
            (instance.Reason is not null || instance.Exit is { IsKnown: true, Code: null }))
            response.Tell(Notices.LaunchCutOff.Of(instance.Name, instance.Request.Program), run);
        Forget(instance, new Effect.EndLaunch(instance.Id, instance.Reason));
    }

    private static Notice EndOf(Instance instance, TimeSpan lasted)
    {
        if (instance is { Reason: null, Exit: { IsKnown: true } exit })
            return IsOrdinary(instance, exit)
                ? Notices.LaunchEnded.Of(instance.Name, lasted, $"It ended by itself, {exit}.")
                : Notices.LaunchFailed.Of(instance.Name, lasted, $"{exit}");
        return Notices.LaunchEnded.Of(instance.Name, lasted, instance.Reason);
    }

    /// <summary>A client ends a server by closing its stdin, or by a signal; some servers then end with another code than 0.</summary>
    private static bool IsOrdinary(Instance instance, ExitStatus exit) =>
        exit.IsSuccess || instance.IsClosed || instance.IsAsked || (exit.Code is null && exit.Signal == Signal.Term);

    /// <summary>None of the processes of the instance is left, or there never was one.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="last">The last effect of the launch; null if its connection is gone.</param>
    public void Forget(Instance instance, Effect last)
    {
        response.Effects.EnsureCapacity(response.Effects.Count + 1);
        var run = instance.RunNumber;
        instances.SetStarting(instance, Instant.Never);
        instances.Put(instance, new InstanceState.Gone());
        ForgetRun(run);
        response.Add(last);
    }

    private void Put(Instance instance, RunState before, RunStep step)
    {
        response.MayEndHere();
        response.Effects.EnsureCapacity(response.Effects.Count + step.Effects.Length + 2);
        if (step.State is RunState.Over)
        {
            AddAll(step.Effects, instance.RunNumber);
            CountEnded(instance, before);
            instance.HasEndedInStart = instance.IsStarting;
            if (instance is { Reason: null, Exit: null, IsExec: false } && instances.Counts.Unreported < MostUnreported)
                AwaitReport(instance);
            else
                Report(instance);
            return;
        }
        var isEndingNow = step.State is EndingState;
        InstanceState next = isEndingNow ? new InstanceState.Ending(step.State) : new InstanceState.Running(step.State);
        var isQueued = IsQueued(step.State) && !IsQueued(before);
        if (isEndingNow && before is not EndingState)
            (instance.KillRetries, instance.EndingSince) = (services.Plan.Settings.Shutdown.Retries, response.Now);
        if (RunPredicates.HasFailed(step.State, instance.KillRetries) && !RunPredicates.HasFailed(before, instance.KillRetries))
            totals.AddFailed();
        response.HasTakenEffect = true;
        instances.Put(instance, next);
        AddAll(step.Effects, instance.RunNumber);
        if (isQueued)
            queue(instance.RunNumber);
    }

    private void CountEnded(Instance instance, RunState before)
    {
        if (!RunPredicates.HasFailed(before, instance.KillRetries))
            totals.AddEnded(
                before is EndingState ? response.Now - instance.EndingSince : TimeSpan.Zero,
                before is RunState.Killing or RunState.OthersKilling);
    }

    /// <summary>The place is free at once; how the server ended comes a moment later, from its parent.</summary>
    private void AwaitReport(Instance instance)
    {
        var run = instance.RunNumber;
        var unreported = new InstanceState.Unreported(run, response.Now - instance.Since, response.Now + ReportPatience);
        instances.SetStarting(instance, Instant.Never);
        instances.Put(instance, unreported);
        ForgetRun(run);
    }

    private void ForgetRun(long run)
    {
        if (run > 0)
            forget(run);
        if (registry.Find(run) is { } entry)
            registry.Remove(entry);
    }

    private void AddAll(ImmutableArray<Effect> effects, long run)
    {
        foreach (var effect in effects)
        {
            if (effect is Effect.Report(var notice))
            {
                if (Array.IndexOf(Untold, notice.Kind) >= 0)
                    continue;
                notice.Run = run;
            }
            response.Add(effect);
        }
    }

    internal static bool IsQueued(RunState state) => state is RunState.AwaitingStop or RunState.OthersWaiting;

    private RunContext Context(Instance instance, bool isUrgent) =>
        new(instance.Settings!, 0, 0.5, isEnding() || isUrgent, instance.KillRetries);
}
