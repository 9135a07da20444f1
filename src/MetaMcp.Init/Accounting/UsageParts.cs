namespace MetaMcp.Init.Accounting;

/// <summary>The figures that a caller asks for: each costs a system call or more for every run.</summary>
[Flags]
internal enum UsageParts
{
    /// <summary>The working set.</summary>
    Memory = 1,

    Peak = 2,

    Swap = 4,

    Cpu = 8,

    Tasks = 16,

    Processes = 32,

    Pressure = 64,

    Descriptors = 128,

    /// <summary>Memory that is looked up is PSS; without this part it is a cheaper estimate of it, which takes no lock.</summary>
    Exact = 256,

    /// <summary>The columns of <c>status</c>: four files a run.</summary>
    Status = Memory | Cpu | Tasks,

    All = Memory | Peak | Swap | Cpu | Tasks | Processes | Pressure | Descriptors | Exact,
}
