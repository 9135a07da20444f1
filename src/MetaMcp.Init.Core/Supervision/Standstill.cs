using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// What is done after a time in which PID 1 stood still: it was stopped (SIGSTOP), frozen with its services (`docker pause`), or its
/// machine was. Then no service could be heard, and mostly none could speak, so that a WATCHDOG=1 that is missing proves nothing.
/// </summary>
internal sealed class Standstill(Response response, ServiceTable services, DeadlineHeap deadlines)
{
    /// <summary>A machine that is only busy lets PID 1 be late by less.</summary>
    private static readonly TimeSpan LateByStandstill = TimeSpan.FromSeconds(1);

    private TimeSpan _stoodStill;
    private int _givenBack;

    /// <summary>
    /// PID 1 was due to be woken, and comes far too late. When the standstill began is not known, so it is taken to have begun at the
    /// event before: a watchdog then has what was left of its time at that event, and never more than its whole time from now.
    /// </summary>
    public void Note(Instant now, Instant due)
    {
        if (now - Instant.Later(due, response.Now) > LateByStandstill)
            _stoodStill += now - response.Now;
    }

    /// <summary>
    /// Before the event is handled, since a message that waited sets a deadline of its own. Where memory ends in the middle, the event is
    /// handed over again, and the services that come after have their time then.
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
