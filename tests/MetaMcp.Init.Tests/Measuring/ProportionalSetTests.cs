using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Measuring;

namespace MetaMcp.Init.Tests.Measuring;

public sealed class ProportionalSetTests
{
    [Fact]
    public void Our_own_is_what_the_kernel_says()
    {
        Assert.True(ProportionalSet.TryRead(Environment.ProcessId, out var bytes));
        var kernels = NamedFields.Number(KernelFile.ReadAll("/proc/self/smaps_rollup"), "Pss") * 1024;
        // The runtime may have taken or given back a little between the two.
        Assert.InRange(bytes, kernels!.Value / 2, kernels.Value * 2);
    }

    [Fact]
    public void Of_one_that_is_gone_there_is_none() => Assert.False(ProportionalSet.TryRead(int.MaxValue - 1, out _));

    [Fact]
    public void Afterwards_we_are_who_we_were()
    {
        var before = KernelFile.ReadAll("/proc/self/status");
        _ = ProportionalSet.TryRead(Environment.ProcessId, out _);
        var after = KernelFile.ReadAll("/proc/self/status");
        Assert.Equal((NamedFields.Find(before, "Uid"), NamedFields.Find(before, "Gid")), (NamedFields.Find(after, "Uid"), NamedFields.Find(after, "Gid")));
    }
}
