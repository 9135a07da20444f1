using System.Globalization;
using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>
/// A container with a limit of 100 MiB and a population in it: two servers that become idle one after the other, two busy ones of
/// different sizes, two optional services of different sizes, and required services, one of which grows when it is told to.
/// </summary>
internal sealed partial class PressurePopulation(VirtualMachine machine, ContainedInit init, PressureKind kind)
{
    private const string Launches = """
        spawn -- mcp-init launch first -- /tests/jobserver first
        spawn -- mcp-init launch second -- /tests/jobserver second
        spawn -- mcp-init launch big -- /tests/jobserver big
        spawn -- mcp-init launch small -- /tests/jobserver small
        tell 0 hold 2
        hear 0
        hear 0 2500
        tell 1 hold 2
        hear 1
        tell 2 hold 6
        hear 2
        tell 3 hold 3
        hear 3
        """;

    /// <summary>The names of those that were ended to relieve memory, without the numbers of instances, in their order.</summary>
    public IReadOnlyList<string> Ended =>
    [
        .. init.Command.Lines.Select(line => Action().Match(line.Text)).Where(match => match.Success).Select(m => m.Groups["name"].Value),
    ];

    /// <summary>The required service grows until all together use this many MiB of their 100.</summary>
    public async Task Grow(int to)
    {
        var used = long.Parse(Assert.Single(await Inside(kind switch
        {
            PressureKind.Sampled =>
                "for p in /proc/[0-9]*; do [ $p = /proc/1 ] || cat $p/smaps_rollup; done 2>/dev/null | " +
                "awk '/^Pss:/ { s += $2 } END { print s * 1024 }'",
            PressureKind.Container => Used("/sys/fs/cgroup"),
            _ => Used("/sys/fs/cgroup/workload"),
        })), CultureInfo.InvariantCulture);
        // Here the sum includes the shell that measures, which is no process of a service.
        var measuring = kind == PressureKind.Sampled ? 1 : 0;
        var more = to + measuring - (int)((used + (1 << 19)) >> 20);
        Assert.InRange(more, 1, 100);
        _ = await Inside($"echo hold {more} >/tmp/growth");
    }

    /// <summary>So many have been ended to relieve memory.</summary>
    public Task Ends(int count) => Patience.UntilNothing(
        () => Ended.Count >= count ? null : $"{Ended.Count} of {count} ended:\n{string.Join('\n', init.Command.Lines)}", Patience.Long);

    public async Task<IReadOnlyList<string>> Inside(string script)
    {
        var ended = await machine.Run(Patience.Long, "/tests/enter", init.File, "sh", "-c", script);
        Assert.True(ended.Code == 0, $"{script}: {ended.Code}\n{string.Join('\n', ended.Lines)}\n{string.Join('\n', init.Command.Lines)}");
        return ended.Stdout;
    }

    public static Task<ContainedInit> Container(VirtualMachine machine, PressureKind kind)
    {
        var limits = kind == PressureKind.Container ? "" : "[limits]\nmemory = \"100MiB\"\n";
        return ContainedInit.Start(
            machine, limits + """
            [server.first]
            on_limit = "replace-idle"
            [server.second]
            on_limit = "replace-idle"
            [server.big]
            shim = "exec"
            [server.small]
            shim = "exec"
            [service.gateway]
            command = ["sh", "-c", "exec /tests/gateway - <>/tmp/orders"]
            required = true
            [service.grower]
            command = ["sh", "-c", "exec /tests/jobserver grower <>/tmp/growth"]
            required = true
            [service.large]
            command = ["/tests/hog", "1000", "8", "--then-hold", "--quiet"]
            restart = "never"
            [service.little]
            command = ["/tests/hog", "1000", "1", "--then-hold", "--quiet"]
            restart = "never"
            """,
            kind switch
            {
                PressureKind.Sampled => ["--cgroup", "ro"],
                PressureKind.Container => ["--set", "memory.max=100M", "--set", "memory.swap.max=0"],
                _ => [],
            },
            "mkfifo /tmp/orders /tmp/growth; ");
    }

    /// <summary>All servers are there, and mcp-init knows that two of them are idle; the others never are, having no guard.</summary>
    public async Task Settle()
    {
        _ = await init.Command.WaitForLog("", "up after", limit: Patience.Long);
        _ = await Inside($"cat >/tmp/orders <<'END'\n{Launches}\nEND");
        _ = await init.Command.WaitFor("heard 3 holding", limit: Patience.Long);
        _ = await Inside("""
            until [ "$(mcp-init status --json | grep -o '"idle_ms"' | wc -l)" = 2 ]; do sleep 1; done
            """);
    }

    /// <summary>The working set of a cgroup, as mcp-init counts it.</summary>
    private static string Used(string directory) =>
        $"echo $(( $(cat {directory}/memory.current) - $(sed -n 's/^inactive_file //p' {directory}/memory.stat) ))";

    [GeneratedRegex(@" (?<name>[a-z]+)(@\d+)?: ended to relieve memory, ")]
    private static partial Regex Action();
}

/// <summary>How memory is limited and measured.</summary>
internal enum PressureKind
{
    /// <summary>By <c>[limits] memory</c>, in cgroups.</summary>
    Workload,

    /// <summary>By the container's own limit.</summary>
    Container,

    /// <summary>By <c>[limits] memory</c>, where cgroups are read-only.</summary>
    Sampled,
}
