using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>
/// Makes exec close every descriptor that the command is not to have: 0, 1, 2 and the requested ones stay open, all others are
/// marked, so that those still in use here keep working until exec.
/// </summary>
internal static unsafe class Descriptors
{
    public static void CloseOnExec(ReadOnlySpan<int> kept)
    {
        var order = kept.ToArray();
        Array.Sort(order);
        long first = 3;
        foreach (var descriptor in order)
        {
            if (fcntl(descriptor, F_GETFD, 0) < 0)
                throw ExecFailedException.Of(ExecStep.Descriptors, LastError, $"{descriptor}");
            MarkRange(first, descriptor - 1L, order);
            first = Math.Max(first, descriptor + 1L);
        }
        MarkRange(first, uint.MaxValue, order);
    }

    private static void MarkRange(long first, long last, int[] kept)
    {
        if (first > last || close_range((uint)first, (uint)last, CLOSE_RANGE_CLOEXEC) == 0)
            return;
        // ENOSYS or EINVAL before Linux 5.11, EPERM from an old seccomp profile.
        if (!MarkListed(kept))
            MarkAllPossible(kept);
    }

    /// <summary>Marks every open descriptor in /proc; false if there is no /proc.</summary>
    private static bool MarkListed(int[] kept)
    {
        int directory;
        fixed (byte* path = "/proc/self/fd\0"u8)
            directory = open(path, O_RDONLY | O_CLOEXEC, 0);
        if (directory < 0)
            return false;
        var entries = new DirectoryReader(directory, stackalloc byte[4096]);
        while (entries.TryNext(out var name, out _))
            if (DecimalText.TryRead(name, int.MaxValue, out var number))
                Mark((int)number, kept);
        _ = close(directory);
        return entries.Error.IsSuccess;
    }

    private static void MarkAllPossible(int[] kept)
    {
        rlimit limit;
        _ = prlimit(0, RLIMIT_NOFILE, null, &limit);
        var most = (int)Math.Min(limit.rlim_max, int.MaxValue);
        // poll reports for a thousand descriptors at once which are not open, without harm to the open ones.
        const int Batch = 1024;
        var asked = stackalloc pollfd[Batch];
        for (var first = 3; first < most; first += Batch)
        {
            var count = Math.Min(Batch, most - first);
            for (var i = 0; i < count; i++)
                asked[i] = new pollfd { fd = first + i };
            if (poll(asked, (nuint)count, 0) < 0)
                throw ExecFailedException.Of(ExecStep.Descriptors, LastError);
            for (var i = 0; i < count; i++)
                if ((asked[i].revents & POLLNVAL) == 0)
                    Mark(first + i, kept);
        }
    }

    private static void Mark(int descriptor, int[] kept)
    {
        if (descriptor > 2 && Array.IndexOf(kept, descriptor) < 0)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
}
