using System.Text.Unicode;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Measuring;

/// <summary>
/// <c>mcp-init measure PID… : [PID… :]…</c>: how much memory each group of processes has, a line each. PID 1 runs it as a short child and
/// kills it where it takes too long: PSS is behind a lock of each process that may never be had.
/// </summary>
internal static unsafe class MeasureVerb
{
    /// <returns>0; 1 where nobody takes the answer; 100 where the arguments cannot be used.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        if (MeasureRequest.Parse(args) is not { Count: > 0 } groups)
        {
            _ = Say(2, "usage: mcp-init measure PID... : [PID... :]...\n");
            return ExitCodes.Configuration;
        }
        // What a blocked process is asked may be the last that is asked at all.
        var isBlocked = groups.Select(g => Array.Exists(g, ProcessTable.IsBlocked)).ToArray();
        return Tell(groups, at => !isBlocked[at]) && Tell(groups, at => isBlocked[at]) ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static bool Tell(IReadOnlyList<int[]> groups, Func<int, bool> which)
    {
        for (var at = 0; at < groups.Count; at++)
            if (which(at) && !Say(1, $"{at} {Measure(groups[at])}\n"))
                return false;
        return true;
    }

    private static Measured Measure(int[] group)
    {
        var sum = new UsageSum();
        var isEstimate = false;
        foreach (var pid in group)
        {
            if (ProportionalSet.TryRead(pid, out var bytes))
            {
                sum.AddMemory(bytes);
                continue;
            }
            var before = sum.Memory;
            sum.AddEstimate(pid);
            // Of one that is gone meanwhile there is nothing to be estimated.
            isEstimate |= sum.Memory != before;
        }
        return new Measured(sum.Memory, isEstimate);
    }

    /// <summary>At once: what comes after it may never be answered.</summary>
    private static bool Say(int descriptor, string text)
    {
        Span<byte> line = stackalloc byte[64];
        _ = Utf8.TryWrite(line, $"{text}", out var length);
        fixed (byte* start = line)
            return write(descriptor, start, (nuint)length) == length;
    }
}
