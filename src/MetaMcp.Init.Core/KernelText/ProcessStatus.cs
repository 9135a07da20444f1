using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>What /proc/[pid]/status (<c>man 5 proc</c>) says of who watches a process.</summary>
public static class ProcessStatus
{
    /// <summary>Who traces it (a debugger, strace); 0 for nobody.</summary>
    public static bool TryReadTracer(ReadOnlySpan<byte> file, out int tracer)
    {
        tracer = 0;
        var at = file.IndexOf("\nTracerPid:\t"u8);
        if (at < 0)
            return false;
        var rest = file[(at + "\nTracerPid:\t"u8.Length)..];
        var end = rest.IndexOf((byte)'\n');
        if (end < 0 || !DecimalText.TryRead(rest[..end], int.MaxValue, out var number))
            return false;
        tracer = (int)number;
        return true;
    }
}
