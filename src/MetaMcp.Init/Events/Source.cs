namespace MetaMcp.Init.Events;

/// <summary>
/// The kinds of descriptors that PID 1 waits for. Each has a handler, and a test that floods it (<c>BoundedTurnTests</c>): a new kind
/// needs a new flood there.
/// </summary>
internal enum Source
{
    Signals,

    /// <summary>The mark and the report of a second stage.</summary>
    ExecPipe,

    /// <summary>A service's <c>notify_fd</c>.</summary>
    NotifyPipe,

    /// <summary>A service's NOTIFY_SOCKET.</summary>
    NotifySocket,

    /// <summary>A service's stdout or stderr.</summary>
    ServiceOutput,

    /// <summary>Our own stdout or stderr, which was full a moment ago.</summary>
    OwnOutput,

    /// <summary>A pidfd of a main process that is not our child.</summary>
    ForeignMain,

    MemoryEvents,

    /// <summary>The pressure of the workload's cgroup, with a trigger.</summary>
    MemoryStalls,

    /// <summary>The counts of the workload's cgroup, while it has a tripwire.</summary>
    MemoryWire,
    PopulatedEvents,

    /// <summary>The answer of the child that measures memory.</summary>
    PssMeasurement,

    /// <summary>The answer of the child that reads the configuration.</summary>
    ConfigRead,

    /// <summary>The answer of the child that reads how full disks are.</summary>
    DiskRead,

    /// <summary>The output of a probe; it is not read for a while after each turn.</summary>
    ProbeOutput,

    /// <summary>The socket that shims connect to.</summary>
    LaunchSocket,

    /// <summary>The connection of a shim.</summary>
    LaunchConnection,

    /// <summary>The socket of operators with full rights.</summary>
    ControlSocket,

    /// <summary>The connection of an operator's client.</summary>
    ControlConnection,

    /// <summary>A pidfd of a shim, or of the process that started it.</summary>
    LaunchProcess,
}
