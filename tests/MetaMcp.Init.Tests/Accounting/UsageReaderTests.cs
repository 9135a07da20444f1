using System.Diagnostics;
using System.Globalization;
using MetaMcp.Init.Accounting;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Tests.Accounting;

public sealed class UsageReaderTests
{
    [Fact]
    public void Every_figure_of_a_cgroup_is_read()
    {
        using var files = new FilesOfCgroup().Whole();
        var usage = Read(files, UsageParts.All);
        Assert.Equal(432_013_312 - 20_971_520, usage.Memory);
        Assert.False(usage.IsEstimate);
        Assert.Equal(432_013_312, usage.Current);
        Assert.Equal(721_420_288, usage.Peak);
        Assert.Equal(4096, usage.Swap);
        Assert.Equal(TimeSpan.FromSeconds(1152), usage.CpuTime);
        Assert.Equal(TimeSpan.FromSeconds(1000), usage.UserTime);
        Assert.Equal(TimeSpan.FromSeconds(152), usage.SystemTime);
        Assert.Equal(TimeSpan.FromSeconds(0.3), usage.Throttled);
        Assert.Equal(23, usage.Tasks);
        var waited = new PressureShares(1.5, TimeSpan.FromMilliseconds(2));
        var stalled = new PressureShares(0.5, TimeSpan.FromMilliseconds(1));
        Assert.Equal(new Pressure(waited, stalled), usage.MemoryPressure);
        Assert.Equal(new Pressure(waited, stalled), usage.CpuPressure);
        Assert.Equal(new Pressure(waited, stalled), usage.IoPressure);
    }

    [Fact]
    public void Figures_that_are_not_asked_for_are_not_read()
    {
        using var files = new FilesOfCgroup().Whole();
        var usage = Read(files, UsageParts.Status);
        Assert.Equal(new Usage(411_041_792)
        {
            Current = 432_013_312,
            CpuTime = TimeSpan.FromSeconds(1152),
            UserTime = TimeSpan.FromSeconds(1000),
            SystemTime = TimeSpan.FromSeconds(152),
            Throttled = TimeSpan.FromSeconds(0.3),
            Tasks = 23,
        }, usage);
    }

    [Theory]
    [InlineData("memory.peak")]
    [InlineData("memory.swap.current")]
    [InlineData("cpu.stat")]
    [InlineData("pids.current")]
    [InlineData("memory.pressure")]
    [InlineData("memory.stat")]
    public void A_file_that_is_missing_is_not_known_and_never_0(string name)
    {
        using var files = new FilesOfCgroup().Whole();
        files.Delete(name);
        var usage = Read(files, UsageParts.All);
        object? figure = name switch
        {
            "memory.peak" => usage.Peak,
            "memory.swap.current" => usage.Swap,
            "cpu.stat" => usage.CpuTime,
            "pids.current" => usage.Tasks,
            "memory.pressure" => usage.MemoryPressure,
            _ => usage.Memory,
        };
        Assert.Null(figure);
    }

    [Fact]
    public void A_cgroup_that_has_gone_leaves_all_unknown()
    {
        var files = new FilesOfCgroup().Whole();
        files.Dispose();
        var usage = Read(files, UsageParts.All);
        Assert.Equal(new Usage(null), usage);
    }

    [Fact]
    public void Processes_of_cgroups_below_count_too()
    {
        using var files = new FilesOfCgroup().Whole();
        files["cgroup.procs"] = $"0\n{Environment.ProcessId}\n";
        files["cgroup.stat"] = "nr_descendants 1\nnr_dying_descendants 0\n";
        var below = Directory.CreateDirectory(Path.Combine(files.Path, "below"));
        File.WriteAllText(Path.Combine(below.FullName, "cgroup.procs"), "1\n");
        File.WriteAllText(Path.Combine(below.FullName, "cgroup.stat"), "nr_descendants 0\n");
        Assert.Equal(2, Read(files, UsageParts.Processes).Processes);
        Assert.Equal([Environment.ProcessId, 1], UsageReader.ProcessesOf(Document(files.Path), "service"));
    }

    [Fact]
    public void A_list_longer_than_a_buffer_is_read_to_its_end()
    {
        using var files = new FilesOfCgroup().Whole();
        files["cgroup.procs"] = string.Concat(Enumerable.Range(100_000, 5_000).Select(pid => $"{pid}\n"));
        Assert.Equal(Enumerable.Range(100_000, 5_000), UsageReader.ProcessesOf(Document(files.Path), "service"));
    }

    [Fact]
    public void Without_a_controller_the_processes_of_the_cgroup_are_looked_up_and_the_figure_is_marked()
    {
        using var files = new FilesOfCgroup();
        files["cgroup.procs"] = $"{Environment.ProcessId}\n";
        files["cgroup.stat"] = "nr_descendants 0\n";
        files["cpu.stat"] = "usage_usec 5000000\n";
        var usage = Read(files, UsageParts.All);
        Assert.True(usage.IsEstimate);
        Assert.InRange(usage.Memory!.Value, 10 << 20, 4L << 30);
        Assert.Equal(TimeSpan.FromSeconds(5), usage.CpuTime);
        Assert.InRange(usage.Tasks!.Value, 2, 1000);
        Assert.Equal(1, usage.Processes);
        Assert.InRange(usage.Descriptors!.Value, 3, 10_000);
        Assert.Null(usage.Peak);
    }

    [Fact]
    public void The_whole_has_figures_of_its_own()
    {
        using var files = new FilesOfCgroup().Whole();
        var document = Document(null);
        document = UsageReader.Read(
            document with { System = document.System with { Cgroup = files.Path } }, UsageParts.Status,
            UsageParts.Status | UsageParts.Peak);
        Assert.Equal(721_420_288, document.Workload!.Peak);
    }

    [Fact]
    public void A_service_without_a_process_has_no_entry()
    {
        var document = UsageReader.Read(Document(null), UsageParts.All);
        Assert.Null(document.UsageOf("service"));
    }

    /// <summary>The estimate and PSS of the kernel agree as far as two readings of a living process can.</summary>
    [Fact]
    public void Memory_that_is_looked_up_is_near_that_of_the_kernel()
    {
        var estimate = LookedUpUsage.Read([Environment.ProcessId], UsageParts.Memory).Memory!.Value;
        var pss = long.Parse(
            File.ReadLines("/proc/self/smaps_rollup").First(l => l.StartsWith("Pss:", StringComparison.Ordinal)).Split(' ')[^2],
            CultureInfo.InvariantCulture) * 1024;
        Assert.InRange(estimate, pss * 3 / 4, pss * 2);
    }

    /// <summary>One directory lies beside the next, in it, or nowhere.</summary>
    [Fact]
    public void What_is_read_as_the_rows_come_is_the_same_as_at_the_end()
    {
        using var files = new FilesOfCgroup().Whole();
        var below = Directory.CreateDirectory(Path.Combine(files.Path, "below")).FullName;
        File.WriteAllText(Path.Combine(below, "pids.current"), "7\n");
        var status = Document(files.Path);
        string[] cgroups = [files.Path, below, $"{files.Path}-none/none", files.Path, "", "none", "/tmp/"];
        status = status with
        {
            Services = [.. cgroups.Select((path, at) => status.Services[0] with { Name = $"s{at}", Cgroup = path })],
        };
        var reader = new UsageReader(UsageParts.Status);
        foreach (var row in status.Services)
            reader.Take(row);
        files.Delete("pids.current");
        var early = reader.Complete(status);
        Assert.Equal([23, 7, null, 23, null, null, null], status.Services.Select(row => early.UsageOf(row.Name)?.Tasks));
        var late = UsageReader.Read(status, UsageParts.Status & ~UsageParts.Tasks);
        foreach (var row in status.Services)
            Assert.Equal(early.UsageOf(row.Name)! with { Tasks = null }, late.UsageOf(row.Name));
    }

    /// <summary>Of processes that sleep, so that readings can be compared: status, ps and status NAME ask for other parts.</summary>
    [Fact]
    public void Every_page_has_the_same_estimate_of_memory()
    {
        using var one = Process.Start("sleep", "600")!;
        using var other = Process.Start("sleep", "600")!;
        try
        {
            foreach (var process in (Process[])[one, other])
                Assert.True(SpinWait.SpinUntil(() => HasStarted(process), TimeSpan.FromSeconds(30)));
            using var files = new FilesOfCgroup();
            files["cgroup.procs"] = $"{one.Id}\n{other.Id}\n";
            files["cgroup.stat"] = "nr_descendants 0\n";
            var table = Read(files, UsageParts.Status).Memory!.Value;
            Assert.InRange(table, 1, 1L << 30);
            Assert.Equal(table, Read(files, UsageParts.All).Memory);
            Assert.Equal(table, Read(files, UsageParts.Status | UsageParts.Processes).Memory);
        }
        finally
        {
            one.Kill();
            other.Kill();
        }
    }

    /// <summary>In its sleep, as the kernel says: nothing of its memory changes any more.</summary>
    private static bool HasStarted(Process process) =>
        File.ReadAllText($"/proc/{process.Id}/stat").Contains("(sleep) S", StringComparison.Ordinal);

    private static Usage Read(FilesOfCgroup files, UsageParts parts) =>
        UsageReader.Read(Document(files.Path), parts).UsageOf("service")!;

    private static StatusDocument Document(string? cgroup) => new(
        new SystemRow
        {
            Version = "1", Pid = Environment.ProcessId, Uptime = TimeSpan.Zero, Phase = SystemPhase.Running, Ready = 1, Services = 1,
        },
        [new ServiceRow { Name = "service", Condition = ServiceCondition.Ready, Since = TimeSpan.Zero, Cgroup = cgroup }], [], []);
}
