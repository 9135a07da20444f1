using System.Collections.Immutable;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Accounting;

/// <summary>Single processes for a person: the tree of a run, and those that came from outside.</summary>
internal static class ProcessLook
{
    /// <summary>More are on no screen.</summary>
    private const int Most = 1000;

    /// <summary>In bytes: of a longer command line only the beginning is shown.</summary>
    private const int MostCommand = 1024;

    /// <summary>A process that has ended meanwhile is left out.</summary>
    public static ImmutableArray<ProcessLine> Read(IReadOnlyList<int> pids)
    {
        var lines = ImmutableArray.CreateBuilder<ProcessLine>(Math.Min(pids.Count, Most));
        var ages = ProcessAges.Now;
        for (var at = 0; at < pids.Count && at < Most; at++)
        {
            if (!ProcessTable.TryRead(pids[at], out var stat))
                continue;
            var memory = default(RoughMemory);
            if (!stat.IsDead)
                memory.Add(stat);
            lines.Add(new ProcessLine(stat.Pid, stat.Parent, CommandOf(stat.Pid, out var isCut))
            {
                IsCommandCut = isCut,
                Age = ages.Of(stat),
                Memory = memory.Bytes > 0 ? memory.Bytes : null,
                IsZombie = stat.IsDead,
            });
        }
        return lines.ToImmutable();
    }

    /// <summary>
    /// The processes that <c>docker exec</c> has put beside mcp-init, without ourselves: nothing of PID 1 is above them. Where mcp-init is
    /// not PID 1, a machine is around it, and none is listed. Nor are threads of the kernel, which have no command line.
    /// </summary>
    public static IEnumerable<ProcessRow> Foreign(int init)
    {
        if (init != 1)
            yield break;
        var ages = ProcessAges.Now;
        foreach (var name in DirectoryEntries.Directories("/proc"))
        {
            if (int.TryParse(name, out var pid) && pid != init && pid != getpid() && ProcessTable.TryRead(pid, out var stat) &&
                stat is { Parent: 0, IsDead: false } && !ProcFile.Read(pid, "cmdline"u8, new byte[1]).IsEmpty)
                yield return new ProcessRow(ProcessKind.Foreign, pid, ages.Of(stat)) { Name = ProcessTable.CommandOf(pid) };
        }
    }

    /// <summary>The program and its script, or its name in parentheses, as a thread of the kernel and a zombie have it.</summary>
    private static string CommandOf(int pid, out bool isCut)
    {
        Span<byte> buffer = stackalloc byte[MostCommand];
        var words = ProcFile.Read(pid, "cmdline"u8, buffer).TrimEnd((byte)0);
        var shown = ShownCommandLine.Of(words, out isCut);
        return shown.Length == 0 ? $"({ProcessTable.CommandOf(pid)})" : shown;
    }
}
