namespace MetaMcp.Init.Accounting;

/// <summary>The figures that a caller asks for: each costs a system call or more for every run.</summary>
[Flags]
internal enum UsageParts
{
    /// <summary>
    /// The working set. Where it is looked up it is <see cref="RoughMemory"/> on every page, so that pages agree: PSS would be nearer, but
    /// the kernel walks all pages of a process for it, which is too dear for two hundred.
    /// </summary>
    Memory = 1,

    Peak = 2,

    Swap = 4,

    Cpu = 8,

    Tasks = 16,

    Processes = 32,

    Pressure = 64,

    Descriptors = 128,

    /// <summary>The columns of <c>status</c>: four files a run.</summary>
    Status = Memory | Cpu | Tasks,

    All = Memory | Peak | Swap | Cpu | Tasks | Processes | Pressure | Descriptors,
}
