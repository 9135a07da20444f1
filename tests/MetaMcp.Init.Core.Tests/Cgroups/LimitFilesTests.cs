using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Cgroups;

public sealed class LimitFilesTests
{
    private static readonly CgroupLimits Everything = new()
    {
        MemoryMax = new ByteSize(64 << 20), MemoryHigh = new ByteSize(48 << 20), SwapMax = new ByteSize(1 << 20),
        TasksMax = 128, CpuMax = 1.5, CpuWeight = 50,
    };

    [Fact]
    public void Each_limit_is_a_file_in_the_kernels_units_and_swap_comes_before_memory() =>
        Assert.Equal(
            ["memory.swap.max=1048576", "memory.high=50331648", "memory.max=67108864", "memory.oom.group=1", "pids.max=128",
                "cpu.max=150000 100000", "cpu.weight=50"],
            Written(LimitFiles.Of(Everything, Controllers.All, canLimitSwap: true)));

    [Fact]
    public void A_limit_that_is_not_set_is_left_to_the_kernel_but_swap_is_off_and_the_group_dies_as_one() =>
        Assert.Equal(
            ["memory.swap.max=0", "memory.oom.group=1"], Written(LimitFiles.Of(new CgroupLimits(), Controllers.All, canLimitSwap: true)));

    [Fact]
    public void A_controller_that_is_not_there_has_no_files()
    {
        Assert.Equal(["pids.max=128"], Written(LimitFiles.Of(Everything, Controllers.Tasks, canLimitSwap: true)));
        Assert.Empty(LimitFiles.Of(Everything, Controllers.None, canLimitSwap: true));
    }

    [Fact]
    public void Where_swap_is_not_accounted_its_file_is_left_out() =>
        Assert.Equal(["memory.oom.group=1"], Written(LimitFiles.Of(new CgroupLimits(), Controllers.Memory, canLimitSwap: false)));

    [Fact]
    public void Without_oom_group_the_kernel_takes_one_process() =>
        Assert.Empty(LimitFiles.Of(new CgroupLimits { OomGroup = false }, Controllers.Memory, canLimitSwap: false));

    [Fact]
    public void Everything_together_is_capped_without_dying_together() =>
        Assert.Equal(
            ["memory.swap.max=0", "memory.max=4294967296", "pids.max=512"],
            Written(LimitFiles.Of(
                new LimitSettings { Memory = new ByteSize(4L << 30), Tasks = 512 }, Controllers.All, canLimitSwap: true)));

    [Fact]
    public void The_controllers_a_file_needs_are_those_of_the_limits_it_gives()
    {
        Assert.Equal(Controllers.None, Needs(new CgroupLimits()));
        Assert.Equal(Controllers.Memory, Needs(new CgroupLimits { MemoryHigh = new ByteSize(1 << 30) }));
        Assert.Equal(Controllers.Tasks, Needs(new CgroupLimits { TasksMax = 9 }));
        Assert.Equal(Controllers.Cpu, Needs(new CgroupLimits { CpuWeight = 9 }));
        Assert.Equal(Controllers.All, Needs(Everything));
        Assert.Equal(
            Controllers.Memory | Controllers.Tasks,
            LimitFiles.NeededBy(new Settings { Limits = new LimitSettings { Memory = new ByteSize(1), Tasks = 1 } }));
    }

    [Theory]
    [InlineData(Controllers.None, "none")]
    [InlineData(Controllers.Tasks, "pids")]
    [InlineData(Controllers.All, "memory, pids, cpu")]
    public void Controllers_are_named_as_the_kernel_names_them(Controllers controllers, string names) =>
        Assert.Equal(names, controllers.Join());

    private static Controllers Needs(CgroupLimits limits) =>
        LimitFiles.NeededBy(new Settings { Services = [new ServiceSettings { Name = "a", Command = ["a"], Limits = limits }] });

    private static IEnumerable<string> Written(IEnumerable<LimitFile> files) => files.Select(f => $"{f.Name}={f.Value}");
}
