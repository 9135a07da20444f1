using System.Diagnostics;
using MetaMcp.Init.Accounting;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Tests.Accounting;

public sealed class ProcessLookTests
{
    [Fact]
    public void A_process_is_shown_with_its_command_its_memory_and_its_age()
    {
        using var sleeping = Process.Start(new ProcessStartInfo("/bin/sleep", ["100"]))!;
        ProcessLine line;
        // The kernel counts the pages of a new program in batches: in its first moments it has none.
        do
        {
            _ = Thread.Yield();
            line = Assert.Single(ProcessLook.Read([sleeping.Id, int.MaxValue - 1]));
        }
        while (line.Memory is null && line.Age < TimeSpan.FromSeconds(10));
        sleeping.Kill();
        Assert.Equal(Environment.ProcessId, line.Parent);
        Assert.Equal(("sleep", true), (line.Command, line.IsCommandCut));
        Assert.InRange(line.Memory!.Value, 50 << 10, 50 << 20);
        Assert.InRange(line.Age!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.False(line.IsZombie);
    }

    [Fact]
    public void The_age_of_this_process_is_that_of_the_runtime()
    {
        var line = Assert.Single(ProcessLook.Read([Environment.ProcessId]));
        var age = DateTime.Now - Process.GetCurrentProcess().StartTime;
        Assert.InRange(line.Age!.Value, age - TimeSpan.FromSeconds(2), age + TimeSpan.FromSeconds(2));
    }

    /// <summary>A thread of the kernel has no command line and no memory.</summary>
    [Fact]
    public void A_process_without_a_command_line_has_its_name()
    {
        var thread = Process.GetProcessesByName("kthreadd").FirstOrDefault();
        Assert.NotNull(thread);
        Assert.Equal(new ProcessLine(thread.Id, 0, "(kthreadd)"), Assert.Single(ProcessLook.Read([thread.Id])) with { Age = null });
    }

    [Fact]
    public void Beside_an_init_that_is_not_PID_1_nothing_is_foreign() => Assert.Empty(ProcessLook.Foreign(Environment.ProcessId));
}
