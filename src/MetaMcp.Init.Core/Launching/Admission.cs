using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>
/// Who gets a place: the limits of a type and of all, and the number of cold starts at once. Launches that wait keep their order; a launch
/// of one type does not wait behind one of another type. A turn to start goes first to a service that has none, so that one service
/// cannot keep the others out. An instance counts until none of its processes is left.
/// </summary>
internal sealed class Admission(
    Response response, ServiceTable services, InstanceTable instances, Registry registry, InstanceDriver driver, Refusals refusals,
    Func<int> placesOfServices)
{
    /// <summary>Clients give up after 10 to 60 s, so a launch over a limit waits for a shorter time.</summary>
    public static readonly TimeSpan PlacePatience = TimeSpan.FromSeconds(8);

    /// <summary>A launch that waits for its turn to start waits longer: clients know that cold starts take long.</summary>
    public static readonly TimeSpan TurnPatience = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan TellPause = TimeSpan.FromSeconds(4);

    /// <summary>The time that a shim has to name the process that is to become the server, and the kernel's side to move it.</summary>
    public static readonly TimeSpan PlacingPatience = TimeSpan.FromSeconds(10);

    /// <summary>A start that is not over by then counts no more: only the guard can tell, and it may be silent.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    /// <summary>A start keeps its turn for this long, even if another service has none.</summary>
    private static readonly TimeSpan ShortestTurn = TimeSpan.FromSeconds(10);

    private readonly WaitingLaunches _waiting = new();
    private readonly PoolLimits _limits = new(services, instances, placesOfServices);
    private readonly Replacement _replacement = new(response, instances, driver);
    private readonly Holders _holders = new(response, instances, registry);

    /// <summary>A new launch: it gets a place, waits for one, or is refused.</summary>
    public void Seek(Instance asking)
    {
        if (_limits.WhyNoCommand(asking) is { } missing)
        {
            Refuse(asking, RefusalCode.Invalid, missing);
            return;
        }
        if (_waiting.WhyNot(asking.Service) is { } reason)
        {
            Refuse(asking, RefusalCode.Limit, $"{reason}. Try again.");
            return;
        }
        asking.IsPermitted = true;
        _waiting.Add(asking);
        Advance();
        if (asking.State is not InstanceState.Asked)
            return;
        if (_limits.HitOf(asking) is { } hit)
            Limited(asking, hit);
        else if (TakesOver(asking))
            Admit(asking);
        else
            AwaitTurn(asking);
    }

    /// <summary>Gives the places that are free to the launches that wait.</summary>
    public void Advance()
    {
        while (instances.Turns.Count < _limits.MaxStarting && Next() is { } next)
            Admit(next);
    }

    /// <summary>A launch that waits is looked at: it may take over a turn; if not, the shim is told again that it waits.</summary>
    public void LookAgain(Instance waiting, InstanceState.Asked asked)
    {
        var hit = _limits.HitOf(waiting);
        if (hit is not null && asked.IsForTurn)
            Limited(waiting, hit);
        else if (hit is null && TakesOver(waiting))
            Admit(waiting);
        else if (hit is null && !asked.IsForTurn)
            AwaitTurn(waiting);
        else
            Wait(waiting, asked);
    }

    /// <summary>A launch has waited in vain, unless its place is free now, and all that it lacks is a turn.</summary>
    public void GiveUp(Instance waiting, InstanceState.Asked asked)
    {
        var hit = _limits.HitOf(waiting);
        if (hit is null && !asked.IsForTurn)
            LookAgain(waiting, asked);
        else
            Refuse(waiting, RefusalCode.Limit, WaitText.InVain(asked, hit));
    }

    /// <summary>The launch does not wait any more.</summary>
    public void Leave(Instance instance) => _waiting.Remove(instance);

    /// <summary>The launches that wait, made anew from the states.</summary>
    public void Recount() => _waiting.Recount(instances.All);

    /// <summary>The launch gets no place.</summary>
    public void Refuse(Instance instance, RefusalCode code, string reason)
    {
        Leave(instance);
        var holders = code == RefusalCode.Limit ? _holders.For(instance, _limits.HitOf(instance) is LimitHit.OfAll) : [];
        instances.Totals.AddRefused(instance.Server.Name);
        refusals.Tell(instance.Server.Name, instance.Service, instance.Request.Pid, code, reason);
        driver.Forget(instance, new Effect.RefuseLaunch(instance.Id, code, reason, holders));
    }

    /// <summary>A limit keeps the launch from a place: <c>on_limit</c> of its server decides.</summary>
    private void Limited(Instance asking, LimitHit hit)
    {
        var action = asking.Server.OnLimit;
        var why = action is LimitAction.Refuse or LimitAction.Wait ? null : _replacement.FindRoom(asking, _waiting);
        if (action != LimitAction.Refuse && why is null)
            Wait(asking, new InstanceState.Asked(response.Now + PlacePatience, hit.Reason));
        else
            Refuse(asking, RefusalCode.Limit, $"{hit.Reason}{(why is null ? "" : $"; {why}")}. {hit.WayOut}");
    }

    /// <summary>
    /// There is a place, and all turns are taken. A launch that has waited for its place before waits no longer than one that has not.
    /// </summary>
    private void AwaitTurn(Instance waiting) => Wait(waiting, new InstanceState.Asked(
        waiting.Since + TurnPatience,
        $"{Counted.Text(_limits.MaxStarting, "server")} {(_limits.MaxStarting == 1 ? "starts" : "start")} already, and " +
        $"max_starting of [launch] is {_limits.MaxStarting}")
    {
        IsForTurn = true,
    });

    /// <summary>The launch waits, and its shim is told so.</summary>
    private void Wait(Instance waiting, InstanceState.Asked asked)
    {
        var before = waiting.State as InstanceState.Asked;
        var text = WaitText.Of(asked);
        instances.Put(waiting, asked with { TellAt = response.Now + TellPause });
        response.Add(new Effect.WaitLaunch(waiting.Id, $"{waiting.Server.Name} {text}."));
        // It is counted once, whatever it waits for.
        if (before is null || before.TellAt == Instant.Never)
            instances.Totals.AddWaited(waiting.Server.Name);
        if (before is null || before.Reason != asked.Reason)
            response.Tell(Notices.LaunchWaits.Of(waiting.Server.Name, text));
    }

    /// <summary>
    /// The first launch whose service holds no turn, else the first one; null if none can have a place. A launch that waits for its turn
    /// in vain, since a limit has been reached meanwhile, leaves the queue or waits for a place from now on.
    /// </summary>
    private Instance? Next()
    {
        Instance? next = null;
        for (var at = 0; at < _waiting.Count; at++)
        {
            var waiting = _waiting[at];
            if (_limits.HitOf(waiting) is { } hit)
            {
                if (waiting.State is InstanceState.Asked { IsForTurn: true })
                    Limited(waiting, hit);
                if (waiting.State is not InstanceState.Asked)
                    at--;
                continue;
            }
            if (!instances.Turns.HasService(waiting.Service))
                return waiting;
            next ??= waiting;
        }
        return next;
    }

    /// <summary>
    /// Where all turns are taken and the service of the launch holds none, the instance that has started longest gives its turn to it,
    /// unless it is too young. That instance goes on to start, and the number of turns stays the same.
    /// </summary>
    private bool TakesOver(Instance asking)
    {
        if (instances.Turns.Count < _limits.MaxStarting || instances.Turns.HasService(asking.Service) ||
            instances.Turns.Longest is not { } longest || longest.StartBy - response.Now > StartPatience - ShortestTurn ||
            !IsFirstOfService(asking))
            return false;
        instances.Turns.TakeBack(longest);
        return true;
    }

    /// <summary>Whether no other launch of its service that has a place waits for longer.</summary>
    private bool IsFirstOfService(Instance asking)
    {
        for (var at = 0; at < _waiting.Count && _waiting[at] != asking; at++)
            if (_waiting[at].Service == asking.Service && _limits.HitOf(_waiting[at]) is null)
                return false;
        return true;
    }

    private void Admit(Instance waiting)
    {
        Grant(waiting);
        Leave(waiting);
    }

    private void Grant(Instance instance)
    {
        response.MayEndHere();
        response.Effects.EnsureCapacity(response.Effects.Count + 1);
        var place = instances.FreePlaceOf(instance.Server.Name);
        var entry = registry.Add(
            EntryKind.Run, instance.Server.Name, new RunOwner.Launch(instance.Id), instance.Request.Run, response.Now);
        instance.Begin(entry.Sequence, place);
        instances.Put(instance, new InstanceState.Placed(entry.Sequence, response.Now + PlacingPatience));
        instances.SetStarting(instance, response.Now + StartPatience);
        response.Add(new Effect.GrantLaunch(instance.Id, entry.Sequence, instance.Server) 
        {
            Hint = instance.Near is { } near ? $"the configuration has no [server.{instance.Server.Name}]; did you mean {near}?" : null,
        });
    }
}
