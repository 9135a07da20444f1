using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Sockets;

namespace MetaMcp.Init.Launching;

/// <summary>How far a launch has come.</summary>
internal enum LaunchStep
{
    /// <summary>Connected; no whole frame has come.</summary>
    Silent,

    /// <summary>It has asked, and waits for the answer.</summary>
    Asked,

    /// <summary>It has a place.</summary>
    Granted,

    /// <summary>It has named the process that is to become the server.</summary>
    Named,

    /// <summary>That process is the main process of a run.</summary>
    Placed,
}

/// <summary>One launch as long as PID 1 holds something of it: the connection of its shim and the pidfds of its processes.</summary>
/// <param name="id">Its number, which no other launch has or had.</param>
/// <param name="deadlines">Knows the launches that are due at some time.</param>
internal sealed class LaunchConnection(long id, ClientDeadlines deadlines) : Client(id, deadlines)
{
    public LaunchStep Step { get; set; }

    /// <summary>The pidfd of the shim; -1 for none.</summary>
    public int ShimDescriptor { get; set; } = -1;

    /// <summary>The pidfd of the process that started the shim; -1 for none.</summary>
    public int ClientDescriptor { get; set; } = -1;

    /// <summary>
    /// The pidfd of <see cref="Main"/> until that is the main process of its run; -1 for none, and if it is the shim itself.
    /// </summary>
    public int MainDescriptor { get; set; } = -1;

    /// <summary>The process that is to become the server.</summary>
    public ProcessKey Main { get; set; }

    /// <summary>The number of its run; 0 until it has one.</summary>
    public long Run { get; set; }

    /// <summary>The number of the run that the client belongs to; 0 for none.</summary>
    public long ClientRun { get; set; }

    /// <summary>Its process, which was moved too late, is moved back to the cgroup of the client.</summary>
    public bool IsReturning { get; set; }

    public ServerSettings? Server { get; set; }

    /// <summary>The cgroup that was made for it and has no run yet; null without cgroups, and when the run has it.</summary>
    public InstanceCgroup? Cgroup { get; set; }

    public bool IsClosed { get; set; }
    public bool IsIdle { get; set; }
    public bool IsStarted { get; set; }
    public bool IsExited { get; set; }
}
