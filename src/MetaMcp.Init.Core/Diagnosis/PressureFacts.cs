namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>Pressure stall information (Documentation/accounting/psi.rst).</summary>
public sealed class PressureFacts
{
    /// <summary>/proc/pressure/memory can be read.</summary>
    public bool OfMachine { get; init; }

    /// <summary>memory.pressure of our cgroup can be read.</summary>
    public bool OfCgroup { get; init; }

    /// <summary>One of the files can be opened for writing, which is how a trigger is set.</summary>
    public bool IsWritable { get; init; }

    public bool IsThere => OfMachine || OfCgroup;
}
