using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Doctor;

namespace MetaMcp.Init.Tests.Doctor;

/// <summary>The facts of the machine that runs the test, compared with its own files.</summary>
public sealed class FactFinderTests
{
    private static readonly Facts Facts = FactFinder.Find("/run/mcp-init");

    [Fact]
    public void The_kernel_and_the_process_are_those_of_this_machine()
    {
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), Facts.Release);
        Assert.Equal(Environment.ProcessId, Facts.Pid);
        Assert.Equal(File.ReadAllText("/proc/1/comm").Trim(), Facts.FirstProcess);
        Assert.Equal(Status("Uid").Split('\t')[1], $"{Facts.Uid}");
        Assert.True(Facts.HasProc);
    }

    [Fact]
    public void Capabilities_seccomp_and_privileges_are_those_of_proc()
    {
        Assert.Equal(Convert.ToUInt64(Status("CapEff"), 16), Facts.Capabilities);
        Assert.Equal(Convert.ToUInt64(Status("CapBnd"), 16), Facts.BoundingCapabilities);
        Assert.Equal(int.Parse(Status("Seccomp")), Facts.SeccompMode);
        Assert.Equal(Status("NoNewPrivs") == "1", Facts.NoNewPrivileges);
    }

    [Fact]
    public void Every_call_is_asked_and_leaves_no_descriptor()
    {
        var before = OpenDescriptors.Count();
        for (var i = 0; i < 20; i++)
            Assert.Equal(9, CallProbe.Ask().Length);
        Assert.InRange(OpenDescriptors.Count(), 0, before);
        Assert.True(CallProbe.Ask().Single(c => c.Name == "clone3").Answer.Number is Errno.EINVAL or Errno.ENOSYS);
    }

    [Fact]
    public void The_group_is_visible_where_cgroup_2_is_mounted()
    {
        var isMounted = File.ReadAllText("/proc/self/mountinfo").Contains(" - cgroup2 ", StringComparison.Ordinal);
        Assert.Equal(isMounted, Facts.Cgroup.Version is CgroupVersion.V2 or CgroupVersion.Hybrid);
        if (Facts.Cgroup.Directory is { } directory)
            Assert.Equal(
                File.ReadAllText(Path.Combine(directory, "cgroup.controllers")).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries),
                Facts.Cgroup.Controllers);
        else
            Assert.NotEqual(CgroupObstacle.None, Facts.Cgroup.Access.Obstacle);
    }

    [Theory]
    [InlineData("/run/there/is/no/such", "/run")]
    [InlineData("/nowhere", "/")]
    [InlineData("/tmp", "/tmp")]
    public void A_directory_is_judged_by_the_nearest_part_of_it(string path, string nearest) =>
        Assert.Equal(nearest, FactFinder.Writable(path).Nearest);

    [Fact]
    public void A_path_without_a_directory_or_a_file_is_an_answer_and_no_crash()
    {
        Assert.False(FactFinder.Writable("/etc/passwd/x").Access.IsSuccess);
        Assert.Null(FactFinder.Line("/proc/self/nothing"));
        Assert.Null(FactFinder.Line("/"));
    }

    private static string Status(string name) =>
        File.ReadLines("/proc/thread-self/status").First(l => l.StartsWith($"{name}:\t", StringComparison.Ordinal))[(name.Length + 2)..];
}
