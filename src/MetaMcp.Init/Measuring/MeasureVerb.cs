using System.Text.Unicode;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Measuring;

/// <summary>
/// <c>mcp-init measure PID… : [PID… :]…</c>: the memory of each group of processes in bytes, a line each. PID 1 runs it as a short child and
/// kills it where it takes too long: PSS is behind a lock of each process that may never be had.
/// </summary>
internal static unsafe class MeasureVerb
{
    /// <returns>0; 1 where nobody takes the answer; 100 where the arguments cannot be used.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        if (MeasureRequest.Parse(args) is not { } groups)
            return ExitCodes.Configuration;
        foreach (var group in groups)
        {
            var sum = new UsageSum();
            foreach (var pid in group)
            {
                if (ProportionalSet.TryRead(pid, out var bytes))
                    sum.AddMemory(bytes);
                else
                    sum.AddEstimate(pid);
            }
            // At once: what comes after it may never be answered.
            if (!Say(sum.Memory))
                return ExitCodes.Failure;
        }
        return ExitCodes.Success;
    }

    private static bool Say(long bytes)
    {
        Span<byte> line = stackalloc byte[32];
        _ = Utf8.TryWrite(line, $"{bytes}\n", out var length);
        fixed (byte* start = line)
            return write(1, start, (nuint)length) == length;
    }
}
