using System.Text.Unicode;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Measuring;

/// <summary>
/// <c>mcp-init measure PID… : [PID… :]…</c>: prints the memory of each group of processes, one a line. PID 1 runs it as a short child
/// and kills it if it takes too long: the kernel reads PSS behind a lock of each process, which may never be free.
/// </summary>
internal static unsafe class MeasureVerb
{
    /// <returns>0; 1 if the answer cannot be written; 100 if the arguments are wrong.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        if (MeasureRequest.Parse(args) is not { Count: > 0 } groups)
        {
            _ = Say(2, "usage: mcp-init measure PID... : [PID... :]...\n");
            return ExitCodes.Configuration;
        }
        // Groups with a blocked process come last: the read for such a process may never return.
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
            if (PssReader.TryRead(pid, out var bytes))
            {
                sum.AddMemory(bytes);
                continue;
            }
            var before = sum.Memory;
            sum.AddEstimate(pid);
            // For a process that has ended meanwhile there is nothing to estimate.
            isEstimate |= sum.Memory != before;
        }
        return new Measured(sum.Memory, isEstimate);
    }

    /// <summary>Writes at once: the next read may never return.</summary>
    private static bool Say(int descriptor, string text)
    {
        Span<byte> line = stackalloc byte[64];
        _ = Utf8.TryWrite(line, $"{text}", out var length);
        fixed (byte* start = line)
            return write(descriptor, start, (nuint)length) == length;
    }
}
