using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Window;

/// <summary>A million messages that keep to no rule, at both sockets, by root and by nobody.</summary>
public sealed partial class FuzzTests
{
    private const int Messages = 1_000_000;

    [Fact]
    public async Task A_million_messages_cost_PID_1_no_answer_no_memory_and_no_descriptor()
    {
        await using var container = await WindowContainer.Start("""
            [service.kept]
            command = ["%hang"]
            [service.probed]
            command = ["%hang"]
            probe = { exec = ["/bin/true"], interval = "1s", timeout = "5s" }
            """, setup => setup with { WithoutDeadline = true });
        var pids = (await Pid("kept"), await Pid("probed"));
        var before = Descriptors();
        using var asker = container.Begin(Operator.Root, Files.Program("fuzzer"), container.Directory, "health", "250");
        var seed = Environment.GetEnvironmentVariable("MCP_INIT_FUZZ_SEED") ?? "20261129";
        using var flood = container.Begin(Operator.Root, Files.Program("fuzzer"), container.Directory, "flood", $"{Messages}", seed);
        var half = await flood.Line(TimeSpan.FromSeconds(250));
        var (warm, cpu) = (Resident(), Stopwatch.GetTimestamp());
        var end = await flood.Rest(TimeSpan.FromSeconds(250));
        var grown = Resident() - warm;
        // The shell of the asker ends with its namespace; its own end is asked for.
        Native.TrySignal(container.Init.Processes().Single(p => p.Name == "fuzzer").Pid, 15);
        var health = (await asker.Rest()).TrimEnd();
        var found = Figures().Matches(end + health).Select(m => long.Parse(m.Value, CultureInfo.InvariantCulture)).ToList();
        TestContext.Current.SendDiagnosticMessage($"{end.TrimEnd()}; {health}; grown {grown / 1024} KiB; {Stopwatch.GetElapsedTime(cpu)}");
        Assert.Equal("half", half);
        Assert.True(found.Count == 8, end + health);
        var (sent, answers, asked, lost, median) = (found[0], found[1], found[3], found[4], found[5]);
        Assert.True(sent >= Messages, end);
        Assert.True(answers >= Messages, end);
        Assert.True(asked > 500, health);
        Assert.Equal(0, lost);
        Assert.True(median < 10_000, health);
        Assert.True(grown < 2 << 20, $"{grown} bytes more");
        await Patience.Until(() => Descriptors() <= before, "the descriptors are back");
        Assert.Equal(pids, (await Pid("kept"), await Pid("probed")));

        async Task<int> Pid(string name) => (await container.Service(name)).GetProperty("pid").GetInt32();

        int Descriptors() => Directory.GetFileSystemEntries($"/proc/{container.Init.Pid}/fd").Length;

        long Resident() => 1024 * long.Parse(
            ProcessInfo.Status($"/proc/{container.Init.Pid}/status")["VmRSS"].Split(' ')[0], CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("(?<= )[0-9]+")]
    private static partial Regex Figures();
}
