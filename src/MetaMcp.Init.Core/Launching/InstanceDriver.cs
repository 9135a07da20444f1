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
    Func<bool> isEnding)
{
    /// <summary>Notices of a run that say of a launched server what its client knows better, or what its own notices say.</summary>
    private static readonly NoticeKind[] Untold =
    [
        Notices.ServiceExited, Notices.ServiceExitedOutOfMemory, Notices.InBackground, Notices.LeftoversKilled,
    ];

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
    /// <param name="isUrgent">Whether it ends without a turn in the cleanup queue.</param>
    public void Stop(Instance instance, string reason, bool isUrgent = false)
    {
        if (instance.State is not InstanceState.Running)
            return;
        Explain(instance, reason);
        Step(instance, new RunEvent.Stop(new Outcome.AsAsked()), isUrgent);
    }

    /// <summary>Tells the shim why its server is going to end, before the first signal.</summary>
    public void Explain(Instance instance, string reason)
    {
        if (instance.Reason is not null)
            return;
        response.MayEndHere();
        response.Effects.EnsureCapacity(response.Effects.Count + 2);
        var notice = Notices.LaunchEnding.Of(instance.Name, reason);
        notice.Run = instance.RunNumber;
        var (told, report) = (new Effect.TellLaunch(instance.Id, reason), new Effect.Report(notice));
        instance.Reason = reason;
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

    /// <summary>None of the processes of the instance is left, or there never was one.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="last">The last effect of the launch; null if its connection is gone.</param>
    public void Forget(Instance instance, Effect last)
    {
        response.Effects.EnsureCapacity(response.Effects.Count + 1);
        var run = instance.RunNumber;
        instances.SetStarting(instance, Instant.Never);
        instances.Put(instance, new InstanceState.Gone());
        if (run > 0)
            forget(run);
        if (registry.Find(run) is { } entry)
            registry.Remove(entry);
        response.Add(last);
    }

    private void Put(Instance instance, RunState before, RunStep step)
    {
        response.MayEndHere();
        response.Effects.EnsureCapacity(response.Effects.Count + step.Effects.Length + 2);
        if (step.State is RunState.Over)
        {
            AddAll(step.Effects, instance.RunNumber);
            response.Tell(
                Notices.LaunchEnded.Of(instance.Name, response.Now - instance.Since, instance.Reason), instance.RunNumber);
            if (instance.IsStarting &&
                (instance.Request.Program is "npx" or "npm" or "pnpm" or "yarn"))
                response.Tell(Notices.LaunchCutOff.Of(instance.Name, instance.Request.Program), instance.RunNumber);
            Forget(instance, new Effect.EndLaunch(instance.Id, instance.Reason));
            return;
        }
        var isEndingNow = step.State is EndingState;
        InstanceState next = isEndingNow ? new InstanceState.Ending(step.State) : new InstanceState.Running(step.State);
        var isQueued = IsQueued(step.State) && !IsQueued(before);
        if (isEndingNow && before is not EndingState)
            instance.KillRetries = services.Plan.Settings.Shutdown.Retries;
        response.HasTakenEffect = true;
        instances.Put(instance, next);
        AddAll(step.Effects, instance.RunNumber);
        if (isQueued)
            queue(instance.RunNumber);
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
