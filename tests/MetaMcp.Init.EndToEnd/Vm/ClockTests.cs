using System.Globalization;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>No decision uses the wall clock: it is moved an hour forward, and back, and every interval stays the same.</summary>
[Collection(SmallMachineTests.Name)]
public sealed class ClockTests(SmallMachine small)
{
    private const int Hour = 3600;

    [Fact]
    public async Task Steps_of_an_hour_change_neither_probes_nor_back_offs_and_restart_nothing()
    {
        await using var init = await ContainedInit.Start(small.Machine, """
            [startup]
            retries = 99
            timeout = "20m"
            [restart]
            backoff = { initial = "1s", factor = 1.0, max = "1s", jitter = 0.0 }
            breaker = { failures = 1000 }
            [health]
            unhealthy_after = "10m"
            [service.probed]
            command = ["/tests/hang"]
            probe = { exec = ["sh", "-c", "cut -d ' ' -f 1 /proc/uptime >>/tmp/clock-probes"], interval = "1s", timeout = "5s" }
            [service.crashing]
            command = ["sh", "-c", "cut -d ' ' -f 1 /proc/uptime >>/tmp/clock-crashes; exit 1"]
            [service.waiting]
            type = "oneshot"
            command = ["/tests/exits", "1"]
            restart = { backoff = { initial = "30m", max = "30m" } }
            [service.tripped]
            type = "oneshot"
            command = ["/tests/exits", "1"]
            restart = { breaker = { failures = 1, open_for = "30m" } }
            """, []);
        await init.Command.WaitForLog("probed", "ready");
        await init.Command.WaitForLog("waiting", "restarting in");
        await init.Command.WaitForLog("tripped", "circuit open");
        var from = await Uptime(init);
        foreach (var step in new[] { Hour, -Hour })
        {
            var before = await Uptime(init);
            await Step(step);
            var last = init.Command.Lines[^1];
            for (var crash = 0; crash < 5; crash++)
                last = await init.Command.WaitForLog("crashing", "restarting in", last);
            var probes = await Times(init, "clock-probes", before);
            var span = await Uptime(init) - before;
            TestContext.Current.TestOutputHelper?.WriteLine($"step of {step} s: {probes.Count} probes and 5 back-offs in {span:0.0} s");
            Assert.InRange(probes.Count, span - 2, span + 1);
        }
        foreach (var file in new[] { "clock-probes", "clock-crashes" })
        {
            var times = await Times(init, file, from);
            var intervals = times.Zip(times.Skip(1), (one, next) => next - one).ToList();
            TestContext.Current.TestOutputHelper?.WriteLine($"{file}: intervals from {intervals.Min():0.00} to {intervals.Max():0.00} s");
            Assert.All(intervals, interval => Assert.InRange(interval, 0.4, 3));
        }
        foreach (var service in new[] { "probed", "waiting", "tripped" })
            Assert.Single(init.Command.Lines.Logged(service, "started (pid"));
        Assert.False(init.Command.Lines.HasLogged("probed", "probe failed"));
        Assert.False(init.Command.Lines.HasLogged("", "startup took longer"));
        Assert.Equal(0, await init.Stop());
    }

    private async Task Step(int seconds)
    {
        var ended =
            await small.Machine.Run("sh", "-c",
            $"before=$(date +%s); date -s @$((before + {seconds})) >&2; echo $(($(date +%s) - before))");
        Assert.True(ended.Code == 0, string.Join('\n', ended.Lines));
        Assert.InRange(int.Parse(Assert.Single(ended.Stdout), CultureInfo.InvariantCulture), seconds, seconds + 5);
    }

    private static async Task<double> Uptime(ContainedInit init) =>
        double.Parse(Assert.Single(await init.Inside("cut -d ' ' -f 1 /proc/uptime")), CultureInfo.InvariantCulture);

    private static async Task<IReadOnlyList<double>> Times(ContainedInit init, string file, double from) =>
        [.. (await init.Inside($"cat /tmp/{file}")).Select(time => double.Parse(time, CultureInfo.InvariantCulture))
            .Where(time => time >= from)];
}
