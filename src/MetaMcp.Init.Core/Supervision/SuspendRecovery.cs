using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// Corrects deadlines after a time in which PID 1 stood still: it was stopped (SIGSTOP), frozen together with its services (`docker
/// pause`), or its machine was suspended. PID 1 could read no message then, and mostly no service could send one, so a missing WATCHDOG=1
/// proves nothing.
/// </summary>
internal sealed class SuspendRecovery(Response response, ServiceTable services, DeadlineHeap deadlines)
{
    /// <summary>On a machine that is only busy, PID 1 is late by less than this.</summary>
    private static readonly TimeSpan LateBySuspension = TimeSpan.FromSeconds(1);

    private TimeSpan _stoodStill;
    private int _givenBack;

    /// <summary>
    /// PID 1 was due to be woken, and is woken far too late. The beginning of the standstill is not known, so it is assumed to be the
    /// time of the event before. A watchdog then has the time that it had left at that event, and never more than its whole time from
    /// now.
    /// </summary>
    public void Note(Instant now, Instant due)
    {
        if (now - Instant.Later(due, response.Now) > LateBySuspension)
            _stoodStill += now - response.Now;
    }

    /// <summary>
    /// To be called before the event is handled, since a message that waited sets a deadline of its own. If memory runs out half-way, the
    /// event is handled again, and the services that are still missing get their time then.
    /// </summary>
    public void GiveTimeBack()
    {
        if (_stoodStill == TimeSpan.Zero)
            return;
        for (; _givenBack < services.States.Length; _givenBack++)
        {
            if (services.States[_givenBack] is not ServiceState.Active { Run: RunState.Ready { WatchdogBy: var by } ready } active ||
                by == Instant.Never)
                continue;
            response.MayEndHere();
            var later = active with { Run = ready with { WatchdogBy = by + _stoodStill } };
            services.States[_givenBack] = later;
            deadlines.Set(_givenBack, later.Due);
        }
        (_stoodStill, _givenBack) = (TimeSpan.Zero, 0);
    }
}
