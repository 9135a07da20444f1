using System.Globalization;
using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>
/// Memory becomes short on a real kernel: the right ones go, in their order and in time, and the kernel never has to choose.
/// </summary>
[Collection(PressureMachineTests.Name)]
public sealed partial class PressureTests(PressureMachine shared)
{
    /// <summary>The number of containers side by side.</summary>
    private const int Beside = 4;

    private static readonly string[] Order = ["first", "second", "big", "small", "large"];

    [Fact]
    public async Task In_twenty_of_twenty_rounds_the_right_ones_go_in_their_order_and_neighbours_stay()
    {
        for (var done = 0; done < 20; done += Beside)
            await Task.WhenAll(Enumerable.Range(0, Beside).Select(_ => Round(PressureKind.Workload)));
    }

    [Fact]
    public Task The_containers_own_limit_has_the_same_order_and_acts_before_the_kernel() => Round(PressureKind.Container);

    [Fact]
    public Task Without_cgroups_of_our_own_the_order_is_the_same() => Round(PressureKind.Sampled);

    [Theory]
    [InlineData("in cgroups", "memory = \"100MiB\"", 8)]
    [InlineData("without cgroups", "memory = \"100MiB\"", 8, "--cgroup", "ro")]
    [InlineData("by the container's own limit", "", 6, "--set", "memory.max=100M", "--set", "memory.swap.max=0")]
    public async Task From_the_breach_to_the_first_action_it_takes_less_than_a_second(
        string how, string limit, int rate, params string[] options)
    {
        // The container's own limit counts mcp-init too.
        await using var init = await ContainedInit.Start(shared.Machine, $$"""
            [limits]
            {{limit}}
            [service.base]
            command = ["/tests/hog", "1000", "60", "--then-hold", "--quiet"]
            required = true
            [service.leak]
            command = ["/tests/hog", "{{rate}}", "60"]
            restart = "never"
            """, options);
        var end = Holding().Match((await init.Command.WaitFor(" got 15 ", limit: Patience.Long)).Text);
        Assert.True(init.Command.Lines.HasLogged("leak", "ended to relieve memory, the largest optional service, where"));
        // The breach is at 90 MiB of all, and comes with the growth of the leak.
        var percent = Percent().Match(init.Command.Lines.Logged("leak", "ended to relieve memory")[0].Text);
        var held = init.Command.Lines.Select(line => Holding().Match(line.Text)).Where(m => m.Success).ToList();
        var over = long.Parse(percent.Groups[1].Value, CultureInfo.InvariantCulture) - 90;
        // A percent is a MiB, and the figure is rounded down: at most so much was over the threshold.
        var breach = held.First(m => Number(m, "kib") >= Number(end, "kib") - ((over + 1) * 1024));
        var took = Number(end, "ms") - Number(breach, "ms");
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: from the breach to SIGTERM at most {took} ms, at {90 + over} %");
        Assert.InRange(took, 0, 999);
        Assert.Equal(0, await init.Stop());
        Assert.DoesNotContain(init.Command.Lines, line => line.Text.Contains("out of memory", StringComparison.Ordinal));
    }

    /// <summary>
    /// All together reach 98 %: the two idle ones and the largest busy one go until the figure is below 90 %. That settles the breach; when
    /// they reach 98 % again, the next two go.
    /// </summary>
    private async Task Round(PressureKind kind)
    {
        await using var init = await PressurePopulation.Container(shared.Machine, kind);
        var population = new PressurePopulation(shared.Machine, init, kind);
        await population.Settle();
        await population.Grow(to: 98);
        await population.Ends(3);
        // Longer than the cool-down: no fourth one may follow.
        _ = await population.Inside("sleep 3");
        Assert.Equal(Order[..3], population.Ended);
        await population.Grow(to: 98);
        await population.Ends(5);
        _ = await population.Inside("sleep 3");
        Assert.Equal(Order, population.Ended);
        foreach (var neighbour in (string[])["gateway", "grower", "little"])
            Assert.Single(init.Command.Lines.Logged(neighbour, "started"));
        Assert.False(init.Command.Lines.HasLogged("", "no run may be ended"));
        if (kind != PressureKind.Sampled)
            Assert.Equal(["oom_kill 0"], await population.Inside("grep '^oom_kill ' /sys/fs/cgroup/memory.events"));
        Assert.Equal(0, await init.Stop());
        Assert.DoesNotContain(init.Command.Lines, line => line.Text.Contains("out of memory", StringComparison.Ordinal));
    }

    private static long Number(Match match, string name) => long.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"hog \d+ (holds|got 15 with) (?<kib>\d+) KiB at (?<ms>\d+) ms")]
    private static partial Regex Holding();

    [GeneratedRegex(@", (\d+) %; considered")]
    private static partial Regex Percent();
}
