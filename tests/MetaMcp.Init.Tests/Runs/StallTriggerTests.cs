using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Events;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Tests.Cgroups;

namespace MetaMcp.Init.Tests.Runs;

/// <summary>A trigger in a cgroup of this machine, which has PSI or says why not.</summary>
public sealed class StallTriggerTests : IDisposable
{
    private readonly OwnCgroup _cgroup = new();
    private readonly List<SystemEvent> _told = [];
    private readonly EventPort _port = EventPort.Open(out _)!;
    private readonly DescriptorWatch _watch;

    public StallTriggerTests() => _watch = new DescriptorWatch(_port);

    public void Dispose() => _cgroup.Dispose();

    [Fact]
    public void It_is_set_and_taken_away_again_and_leaves_no_descriptor()
    {
        Assert.SkipUnless(File.Exists("/proc/pressure/memory"), "this machine has no PSI");
        var trigger = new StallTrigger(_cgroup.FullName, _watch, _told.Add);
        var before = Open();
        for (var round = 0; round < 3; round++)
        {
            trigger.Set(true);
            Assert.Empty(_told);
            Assert.Equal(before + 1, Open());
            trigger.Set(false);
            Assert.Equal(before, Open());
        }

        static int Open() =>
            Directory.GetFiles("/proc/self/fd").Count(f => Target(f).EndsWith("memory.pressure", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_it_cannot_be_set_the_kernels_reason_is_told()
    {
        new StallTrigger(_cgroup.FullName + "/none", _watch, _told.Add).Set(true);
        Assert.Contains("ENOENT", Assert.IsType<SystemEvent.StallsNotToBeHad>(Assert.Single(_told)).Problem, StringComparison.Ordinal);
    }

    private static string Target(string link) => new FileInfo(link).LinkTarget ?? "";
}
