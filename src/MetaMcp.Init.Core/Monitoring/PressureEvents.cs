using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>What the kernel tells of memory that becomes short, and what follows.</summary>
internal sealed class PressureEvents(
    Response response, ServiceTable services, Phases phases, PressureWatch watch, PressureRelief relief, LimitEnding ending,
    UsageReadings readings)
{
    private UsageLevel _levelOfContainer;

    /// <summary>Something may have begun or ended to run, or another file is in force.</summary>
    public void Advance()
    {
        watch.SetDue(response.Now);
        if (!phases.IsEnding)
        {
            readings.Forget(watch.IsAnyRunning);
            if (!watch.IsAnyRunning)
                ForgetContainer("nothing runs");
        }
        if (watch.MovesWire(out var wire))
            MoveWire(wire);
    }

    public void Look()
    {
        watch.Looked(response.Now);
        response.Add(new Effect.ReadPressure(null));
    }

    public void Tripped()
    {
        if (watch.Tripped(response.Now))
            Look();
    }

    public void Read(SystemEvent.PressureRead read)
    {
        if (phases.IsEnding || !services.Plan.Settings.Limits.Monitoring)
            return;
        if (read.Container is { Limit: { } limit } container)
            WeighContainer(container, new ByteSize(limit), read);
        else
            ForgetContainer("its limit is gone, or cannot be read");
        if (read.Workload is { } workload && services.Plan.Settings.Limits.Memory is { } cap)
            WeighWorkload(workload, cap, read);
    }

    private void WeighContainer(PressureFigures figures, ByteSize limit, SystemEvent.PressureRead read)
    {
        var percent = UsageThresholds.PercentOf(figures.Used, limit);
        watch.UsesContainer(percent, response.Now);
        var level = UsageThresholds.Of(_levelOfContainer, figures.Used, limit, services.Plan.Settings.Limits);
        if (level != _levelOfContainer)
            response.Tell(level == UsageLevel.Normal
                ? Notices.PressureNormal.Of(new ByteSize(figures.Used), limit, percent)
                : Notices.PressureHigh.Of(level == UsageLevel.Critical ? "critical" : "high", new ByteSize(figures.Used), limit, percent));
        _levelOfContainer = level;
        Weigh(PressureScope.Container, figures.Used, limit, read);
    }

    private void ForgetContainer(string reason)
    {
        if (_levelOfContainer == UsageLevel.Normal)
            return;
        response.Tell(Notices.PressureUnwatched.Of(reason));
        _levelOfContainer = UsageLevel.Normal;
        relief.Forget(PressureScope.Container);
    }

    private void WeighWorkload(PressureFigures figures, ByteSize cap, SystemEvent.PressureRead read)
    {
        readings.WeighAll(figures.Used);
        Weigh(PressureScope.Workload, figures.Used, cap, read);
        if (watch.HoldsWorkload(figures.Held, response.Now) && watch.Wire is { } wire)
            MoveWire(wire);
    }

    /// <summary>The memory of each run is read only where one of them has to be ended.</summary>
    private void Weigh(PressureScope scope, long used, ByteSize cap, SystemEvent.PressureRead read)
    {
        if (!relief.Weigh(scope, used, cap))
            return;
        if (read.Runs is { } usages)
            relief.Act(scope, used, cap, usages);
        else
            response.Add(new Effect.ReadPressure(ending.AllRuns()));
    }

    /// <summary>The effect comes first: if there is no memory for it, the wire is still where it was.</summary>
    private void MoveWire(long? bytes)
    {
        response.MayEndHere();
        response.Add(new Effect.SetPressureWire(bytes));
        // At another place, or after a time without runs, no look has ended the breach.
        if (bytes != watch.Wire)
            relief.Forget(PressureScope.Workload);
        watch.WireMoved(bytes);
    }
}
