using System.Collections.Immutable;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Status;

namespace MetaMcp.Init.Core.Tests.Screens;

/// <summary>The pages of the installation in <see cref="Sample"/>.</summary>
internal static class SamplePages
{
    private const long Mebi = 1 << 20;

    /// <summary>13:02:11.118 of some day.</summary>
    public const long Noon = 1_764_334_931_118;

    public static StatusDocument Ps => Sample.Document with
    {
        Processes =
        [
            new ProcessRow(ProcessKind.Probe, 911, TimeSpan.FromSeconds(0.1)) { Name = "search" },
            new ProcessRow(ProcessKind.StopCommand, 915, TimeSpan.FromSeconds(2)) { Name = "report" },
            new ProcessRow(ProcessKind.Orphan, 733, TimeSpan.FromSeconds(6)) { Name = "node", EndsIn = TimeSpan.FromSeconds(4) },
            new ProcessRow(ProcessKind.Orphan, 734, TimeSpan.FromSeconds(16)) { Name = "node" },
            new ProcessRow(ProcessKind.Foreign, 880, TimeSpan.FromSeconds(31)) { Name = "sh" },
        ],
        Usages = Sample.Document.Usages
            .SetItem("backend", new Usage(412 * Mebi)
            {
                CpuTime = TimeSpan.FromMinutes(19.2), Tasks = 23, Processes = 4, Peak = 688 * Mebi, Descriptors = 41,
                Throttled = TimeSpan.FromSeconds(0.3), Swap = 0,
                MemoryPressure = new Pressure(new(1.5, TimeSpan.FromSeconds(3)), new(0.5, TimeSpan.FromSeconds(1))),
            })
            .Add("#911", new Usage(2 * Mebi, IsEstimate: true) { Tasks = 1, Processes = 1 })
            .Add("#733", new Usage(58 * Mebi, IsEstimate: true) { Tasks = 7, Processes = 1 }),
        Workload = new Usage(1638 * Mebi) { Tasks = 77, Processes = 13, Peak = 2662 * Mebi, CpuTime = TimeSpan.FromMinutes(270) },
    };

    public static NamePage Backend => new(Ps, "backend")
    {
        Processes =
        [
            new ProcessLine(57, 1, "node dist/index.js") { Age = new TimeSpan(2, 40, 0), Memory = 301 * Mebi },
            new ProcessLine(88, 57, "npm exec @modelcontextprotocol/server-memory --with a very long line of words and options")
            {
                Age = new TimeSpan(0, 9, 0), Memory = 52 * Mebi,
            },
            new ProcessLine(101, 88, "node mcp-server-memory") { IsCommandCut = true, Age = new TimeSpan(0, 9, 0), Memory = 59 * Mebi },
            new ProcessLine(140, 57, "(sh)") { Age = TimeSpan.FromSeconds(2), IsZombie = true },
        ],
        Events =
        [
            new EventRow(430, new TimeSpan(2, 40, 0), "service.oom", EventLevel.Error, "backend", "out of memory: own memory_max 1.0G"),
            new EventRow(431, new TimeSpan(2, 40, 0), "service.restart", EventLevel.Warning, "backend", "restart in 0.97s"),
            new EventRow(436, new TimeSpan(2, 39, 0), "service.ready", EventLevel.Info, "backend", "ready after 1.9s"),
        ],
        Log = [.. Lines],
    };

    public static ImmutableArray<LogRow> Lines =>
    [
        new LogRow(1, Noon, "backend", LogStream.Stdout, "listening on 12009"),
        new LogRow(2, Noon + 13, "desktop-commander@1", LogStream.Stderr, "EACCES: permission denied, open '/root/x'"),
        new LogRow(3, Noon + 1884, "worker", LogStream.Init, "ended: exit code 3; circuit open for 60s"),
        new LogRow(4, Noon + 2782, "search", LogStream.Gap, "1,204 lines dropped over log_rate_limit"),
    ];
}
