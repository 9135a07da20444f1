using System.Globalization;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>One launched server, from the request of its shim until none of its processes is left.</summary>
/// <param name="id">The number of the launch.</param>
/// <param name="slot">Its place among the deadlines.</param>
/// <param name="request">What the shim asked for.</param>
/// <param name="server">The settings of the server when it was asked for.</param>
/// <param name="service">The service to which the client belongs; null for a process outside of the services.</param>
/// <param name="askedAt">The time of the request.</param>
internal sealed class Instance(
    long id, int slot, LaunchRequest request, ServerSettings server, string? service, Instant askedAt)
{
    public long Id { get; } = id;

    public int Slot { get; } = slot;

    public LaunchRequest Request { get; } = request;

    public ServerSettings Server { get; } = server;

    public string? Service { get; } = service;

    /// <summary>The time of the request; of an instance that runs, its start.</summary>
    public Instant Since { get; set; } = askedAt;

    /// <summary>How near it came to memory_max and tasks_max of its type.</summary>
    public UsageLevels Levels { get; set; }

    /// <summary>It is refused if memory has ended before the request was answered.</summary>
    public InstanceState State { get; set; } = new InstanceState.Asked(askedAt + Admission.PlacePatience, "mcp-init had no memory for it");

    /// <summary>It may be launched: nothing but its place and its turn is missing.</summary>
    public bool IsPermitted { get; set; }

    /// <summary>The time since which the guard has seen no traffic; never while there is traffic.</summary>
    public Instant IdleSince { get; set; } = Instant.Never;

    /// <summary>The time at which the instance is ended, since its client has closed its stdin; never if that is open.</summary>
    public Instant CloseBy { get; set; } = Instant.Never;

    /// <summary>The client has closed the stdin before the server ran.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The time until which the instance counts as one that starts; never if it has started.</summary>
    public Instant StartBy { get; set; } = Instant.Never;

    /// <summary>Whether it holds a turn of <c>max_starting</c>; <see cref="Turns"/> sets it.</summary>
    public bool HasTurn { get; set; }

    /// <summary>Why mcp-init ends the instance: a sentence; null if it ends by itself.</summary>
    public string? Reason { get; set; }

    /// <summary>The kind of that reason.</summary>
    public EndReason EndReason { get; set; }

    /// <summary>The server of the file that has nearly this name; null for none.</summary>
    public string? Near { get; set; }

    /// <summary>The same as the end of a text.</summary>
    public string Nearly => Near is { } near ? $" Did you mean {near}?" : "";

    /// <summary>How the server ended, in the guard's words; null until it says so.</summary>
    public ExitStatus? Exit { get; set; }

    /// <summary>Its client has asked it to end, by a signal.</summary>
    public bool IsAsked { get; set; }

    /// <summary>The server ended while it started.</summary>
    public bool HasEndedInStart { get; set; }

    /// <summary>The memory limit for which the kernel killed a process of the instance, and when.</summary>
    public (OomCause Cause, Instant At)? Oom { get; set; }

    /// <summary>The beginning of its ending, if it ends.</summary>
    public Instant EndingSince { get; set; }

    /// <summary>The repetitions of SIGKILL after which its cleanup has failed.</summary>
    public int KillRetries { get; set; }

    public bool IsExec => Server.Shim == ShimMode.Exec;

    public RunState? Run => State switch
    {
        InstanceState.Running s => s.Run,
        InstanceState.Ending s => s.Run,
        _ => null,
    };

    /// <summary>The number of the run; 0 before it has a place.</summary>
    public long RunNumber => State is InstanceState.Placed placed ? placed.Run : Run?.Number ?? 0;

    /// <summary>Whether it takes one of the places that limits count.</summary>
    public bool HasPlace => State is InstanceState.Placed or InstanceState.Running or InstanceState.Ending;

    public bool IsStarting => StartBy != Instant.Never;

    /// <summary><c>memory@12</c>: the server and the number of the run, as in the name of its cgroup; before that, the server.</summary>
    public string Name { get; private set; } = server.Name;

    /// <summary>Its place among the instances of its type, from 1; 0 before it has one.</summary>
    public int Place { get; private set; }

    /// <summary>A process of it has launched another server.</summary>
    public bool HasLaunched { get; set; }

    /// <summary>How the run is stopped; null before it has one.</summary>
    public ServiceSettings? Settings { get; private set; }

    /// <summary>The instance has a run from now on.</summary>
    /// <param name="run">The number of the run.</param>
    /// <param name="place">Its place among the instances of its type, from 1.</param>
    public void Begin(long run, int place)
    {
        Place = place;
        Name = string.Create(CultureInfo.InvariantCulture, $"{Server.Name}@{run}");
        Settings = new ServiceSettings
        {
            Name = Name, Command = [], StopSignal = Server.StopSignal, StopTimeout = Server.StopTimeout, Limits = Server.Limits,
        };
    }

    /// <summary>From its stop signal to SIGKILL it has no more than this.</summary>
    public void StopWithin(TimeSpan most)
    {
        if (Settings is { } settings && settings.StopTimeout > most)
            Settings = settings with { StopTimeout = most };
    }

    /// <summary>The end of its <c>idle_timeout</c>.</summary>
    public Instant IdleBy => Server.IdleTimeout is { } timeout && IdleSince != Instant.Never ? IdleSince + timeout : Instant.Never;

    /// <summary>The next time at which something is due.</summary>
    public Instant Due => State is InstanceState.Running
        ? Instant.Earlier(Instant.Earliest(State.Due, IdleBy, CloseBy), StartBy)
        : Instant.Earlier(State.Due, StartBy);
}
