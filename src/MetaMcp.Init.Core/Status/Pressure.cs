using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Status;

/// <summary>The time that processes waited for a resource (PSI).</summary>
/// <param name="Some">At least one of them; null is not known.</param>
/// <param name="Full">All of them that had something to do.</param>
public readonly record struct Pressure(PressureShares? Some, PressureShares? Full)
{
    /// <param name="file">The text of memory.pressure, cpu.pressure or io.pressure.</param>
    public static Pressure From(ReadOnlySpan<byte> file) => new(PressureShares.Find(file, "some"u8), PressureShares.Find(file, "full"u8));
}
