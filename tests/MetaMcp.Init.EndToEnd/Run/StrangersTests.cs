using System.Diagnostics;
using System.Globalization;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>
/// Thousands of processes that have lost their parent and show no membership, without cgroups: PID 1 looks at each of them once, in
/// slices, and handles other events meanwhile.
/// </summary>
public sealed class StrangersTests
{
    private const int Count = 1500;

    /// <summary>Some 3 ms on a quiet machine, start included; 120 ms if each end made PID 1 look at all of them.</summary>
    private const int MostPerEnd = 15;

    private const string Configuration = """
        [limits]
        enforce = "off"
        [restart]
        backoff = { initial = "10ms", max = "10ms" }
        breaker = { failures = 1000 }
        [service.strangers]
        command = ["%strangers", "1500"]
        [service.crashing]
        command = ["%hang"]
        """;

    [Fact]
    public async Task The_end_of_a_child_beside_thousands_of_strangers_costs_little_and_a_stop_is_heard_at_once()
    {
        using var files = new Installation(Configuration);
        await using var init = await InitProcess.Start(files.Setup with { WithoutDeadline = true });
        await init.WaitFor($"{Count} strangers");
        // When the first service ends, PID 1 looks at the processes.
        var first = Stopwatch.GetTimestamp();
        var running = await Crash(init, await init.WaitForLog("crashing", "ready"));
        TestContext.Current.TestOutputHelper?.WriteLine("the first time it ran again after " +
            $"{Stopwatch.GetElapsedTime(first).TotalMilliseconds:0} ms");
        Assert.InRange(Stopwatch.GetElapsedTime(first), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        running = await Crash(init, running);
        const int Ends = 10;
        var costs = new List<double>();
        for (var end = 0; end < Ends; end++)
        {
            var before = Cpu(init.Pid);
            running = await Crash(init, running);
            costs.Add((Cpu(init.Pid) - before).TotalMilliseconds);
        }
        costs.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine($"PID 1's time for the end of a child and its next start: {costs[Ends / 2]:0.0} " +
            $"ms, at most {costs[^1]:0.0} ms");
        Assert.InRange(costs[Ends / 2], 0, MostPerEnd);
        // These runs left no process, and the first answers may have come before that was known.
        Assert.DoesNotContain(
            init.Lines.Logged("crashing", "what it left"), line => line.Index > init.Lines.Logged("crashing", "ready")[2].Index);
        // Another service has just ended.
        Native.Signal(MainOf(init, running), 9);
        var asked = Stopwatch.GetTimestamp();
        init.Signal(15);
        await init.WaitForLog("", "shutting down", running);
        var heard = Stopwatch.GetElapsedTime(asked);
        TestContext.Current.TestOutputHelper?.WriteLine($"a stop was heard after {heard.TotalMilliseconds:0} ms");
        Assert.InRange(heard.TotalMilliseconds, 0, 100);
        Assert.Equal(0, await init.WaitForExit());
    }

    /// <summary>Ends the service and waits for its next run.</summary>
    private static async Task<Line> Crash(InitProcess init, Line running)
    {
        Native.Signal(MainOf(init, running), 9);
        return await init.WaitForLog("crashing", "ready", running);
    }

    /// <summary>The pid from this side. The newest child stands last.</summary>
    private static int MainOf(InitProcess init, Line started)
    {
        foreach (var child in File.ReadAllText($"/proc/{init.Pid}/task/{init.Pid}/children").TrimEnd().Split(' ').Reverse())
            if (ProcessInfo.Read(int.Parse(child, CultureInfo.InvariantCulture)) is { } process && process.InnerPid == Log.PidIn(started))
                return process.Pid;
        throw new InvalidOperationException($"no child is the one of: {started.Text}");
    }

    /// <summary>The CPU time of every thread (man 5 proc: schedstat).</summary>
    private static TimeSpan Cpu(int pid) =>
        TimeSpan.FromMicroseconds(Directory.EnumerateDirectories($"/proc/{pid}/task")
            .Sum(task => long.Parse(File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture)) / 1000);
}
