using System.Diagnostics;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Measuring;

namespace MetaMcp.Init.Tests.Measuring;

public sealed class PssReaderTests
{
    [Fact]
    public void Our_own_is_what_the_kernel_says()
    {
        Assert.True(PssReader.TryRead(Environment.ProcessId, out var bytes));
        var kernels = NamedFields.Number(KernelFile.ReadAll("/proc/self/smaps_rollup"), "Pss") * 1024;
        // The runtime may have allocated or freed some memory between the two readings.
        Assert.InRange(bytes, kernels!.Value / 2, kernels.Value * 2);
    }

    [Fact]
    public void Of_one_that_is_gone_there_is_none() => Assert.False(PssReader.TryRead(int.MaxValue - 1, out _));

    /// <summary>To read the file, the reader becomes that user on its own thread, and then itself again.</summary>
    [Fact]
    public void Another_users_is_read_and_afterwards_we_are_who_we_were()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can start another user's process");
        var before = Ids();
        using var others = Process.Start("/usr/bin/setpriv", ["--reuid=54004", "--regid=54004", "--clear-groups", "/bin/sleep", "60"]);
        Assert.True(SpinWait.SpinUntil(
            () => ProcessOwner.TryRead(KernelFile.ReadAll($"/proc/{others.Id}/status"), out var owner) && owner.Uid == 54004,
                TimeSpan.FromSeconds(10)));
        var isRead = PssReader.TryRead(others.Id, out var bytes);
        var after = Ids();
        others.Kill();
        Assert.True(isRead);
        Assert.True(bytes > 0);
        Assert.Equal(before, after);

        static (string?, string?) Ids()
        {
            var status = KernelFile.ReadAll("/proc/thread-self/status");
            return (NamedFields.Find(status, "Uid"), NamedFields.Find(status, "Gid"));
        }
    }
}
