using System.Globalization;
using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.EndToEnd.Run;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>Two thousand launches, one after another, that end in each way.</summary>
[Collection(LoudTests.Name)]
public sealed class ChurnTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_thousand_launches_leave_no_process_no_descriptor_and_no_memory(bool cgroup)
    {
        await using var container = await LaunchContainer.Start(LaunchContainer.NoLimits, cgroup);
        // By then the collector of garbage has run once, and has made its own room.
        for (var i = 0; i < 3; i++)
            await Churn(container, 200);
        var before = Usage(container);
        for (var i = 0; i < 2; i++)
            await Churn(container, 200);
        await container.Gone("churn");
        await container.NoCgroups();
        await Patience.UntilNothing(() => Usage(container) is var now && now.Descriptors > before.Descriptors
            ? $"{now.Descriptors} descriptors, and there were {before.Descriptors}" : null);
        Assert.InRange(Usage(container).Kilobytes - before.Kilobytes, -100_000, 512);
    }

    private static async Task Churn(LaunchContainer container, int count)
    {
        using var gateway = await container.Gateway();
        Assert.Equal(
            $"churned {count} of {count}",
            await gateway.Ask($"churn {count} 8 -- {LaunchContainer.Launched("churned", "churn")}", Patience.Long));
    }

    private static (int Descriptors, long Kilobytes) Usage(LaunchContainer container) => (
        Directory.GetFileSystemEntries($"/proc/{container.Init.Pid}/fd").Length,
        long.Parse(
            ProcessInfo.Status($"/proc/{container.Init.Pid}/status")["VmRSS"].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0],
            CultureInfo.InvariantCulture));
}
