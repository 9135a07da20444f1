using System.Globalization;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>
/// Thousands of restarts. Alone, since tests that fork without end beside it make each start take ten times as long, which is longer than
/// the deadline of the test programs allows.
/// </summary>
[Collection(LoudTests.Name)]
public sealed class CrashLoopTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_thousand_crashes_in_a_row_leave_nothing_behind(bool inCgroup)
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "1ms", factor = 1.0, max = "1ms", jitter = 0.0 }
            breaker = { failures = 1000, window = "1s" }
            [service.other]
            command = ["%hang"]
            [service.crashing]
            command = ["/bin/sh", "-c", "test -e %/hold && exec %hang holding; exit 3"]
            """) { OwnCgroup = inCgroup };
        await using var init = await files.Start();
        // Memory that the first thousand restarts allocate is collected, and used again from then on.
        var (before, held) = await Hold(1000);
        File.Delete(files["hold"]);
        Native.Signal(init.Inside(Log.PidIn(init.Lines.Logged("crashing", "started")[^1])).Pid, 9);
        var (after, _) = await Hold(2001, held);
        TestContext.Current.TestOutputHelper?.WriteLine($"{(inCgroup ? "in cgroups" : "without cgroups")}: {before}, after a " +
            $"thousand more {after}");
        Assert.Equal((3, before.Descriptors, inCgroup ? 2 : 0), (after.Processes, after.Descriptors, after.Cgroups));
        Assert.InRange(after.Kib, 0, before.Kib + 512);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        var lines = init.Lines;
        Assert.Equal(
            lines.Logged("crashing", "started (pid").Select(Log.PidIn), lines.Logged("crashing", "exited after").Select(Log.PidIn));

        // The service crashes until it is told to stay; then the resources can be compared.
        async Task<((int Processes, int Descriptors, int Cgroups, int Kib), Line)> Hold(int failure, Line? from = null)
        {
            var crashed = await init.WaitFor(
                line => line.Text.Contains("(failure ", StringComparison.Ordinal) &&
                    Failure(line) >= failure, $"crash {failure}", from, Patience.Long);
            files.Open("hold");
            var holding = await init.WaitFor("crashing | holding", crashed);
            await Patience.Until(() => init.Processes().Count <= 3, "the processes that ended are collected");
            return ((
                init.Processes().Count,
                Directory.GetFiles($"/proc/{init.Pid}/fd").Length,
                inCgroup ? Directory.GetDirectories(Path.Combine(init.Cgroup, "workload")).Length : 0,
                int.Parse(ProcessInfo.Status($"/proc/{init.Pid}/status")["VmRSS"].Split(' ')[0], CultureInfo.InvariantCulture)), holding);
        }

        static int Failure(Line line) => int.Parse(line.Text.Split("(failure ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
