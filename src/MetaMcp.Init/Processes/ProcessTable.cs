using System.Text.Unicode;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>Reads who is there: three system calls a process, and some for the list.</summary>
internal static unsafe class ProcessTable
{
    private const int ListSize = 8192;

    /// <summary>A process that has more threads is taken to have one in state D: reading all of them takes too long.</summary>
    private const int MostThreads = 512;

    private const int StatSize = 1024;

    /// <summary>
    /// Every process that /proc shows. Refused where it is not mounted, and where a shortage kept us from reading all: some of a list
    /// would pass for all of it.
    /// </summary>
    /// <param name="into">Filled anew.</param>
    /// <param name="isLeftOut">Which are not wanted.</param>
    /// <param name="isWhole">False where some were gone before they could be read.</param>
    public static Errno Read(ProcessSnapshot into, Func<int, bool>? isLeftOut, out bool isWhole)
    {
        into.Clear();
        isWhole = true;
        int directory;
        fixed (byte* path = "/proc\0"u8)
            directory = open(path, O_RDONLY | O_CLOEXEC, 0);
        if (directory < 0)
            return LastError;
        var list = new DirectoryReader(directory, stackalloc byte[ListSize]);
        var error = Errno.None;
        while (!error.IsShortage && list.TryNext(out var name, out _))
        {
            if (!DecimalText.TryRead(name, int.MaxValue, out var pid) || (isLeftOut is not null && isLeftOut((int)pid)))
                continue;
            if (TryRead((int)pid, out var stat, out error))
                into.Add(stat);
            else
                isWhole = false;
        }
        if (!list.Error.IsSuccess)
            error = list.Error;
        _ = close(directory);
        if (error.IsShortage)
            return error;
        return into.Count > 0 ? Errno.None : new Errno(Errno.ENOENT);
    }

    /// <summary>
    /// Whether a thread of a process is in state D. One that waits there for a file system may hold the lock of the memory map, and
    /// who reads environ or smaps_rollup would wait with it. What cannot be read is taken to be.
    /// </summary>
    public static bool IsBlocked(int pid)
    {
        var directory = ProcFile.Open(pid, "task"u8);
        if (directory < 0)
            return true;
        var threads = new DirectoryReader(directory, stackalloc byte[ListSize]);
        Span<byte> name = stackalloc byte[32];
        Span<byte> buffer = stackalloc byte[StatSize];
        var blocked = false;
        var left = MostThreads;
        while (!blocked && threads.TryNext(out var entry, out _))
        {
            if (!DecimalText.TryRead(entry, int.MaxValue, out var thread))
                continue;
            _ = Utf8.TryWrite(name, $"task/{thread}/stat", out var written);
            // One that has ended since is in nobody's way.
            blocked = ProcessStat.TryRead(ProcFile.Read(pid, name[..written], buffer, out var error), out var stat)
                ? stat.IsBlocked : error.Number is not (Errno.ENOENT or Errno.ESRCH);
            blocked |= --left == 0;
        }
        blocked |= !threads.Error.IsSuccess;
        _ = close(directory);
        return blocked;
    }

    /// <summary>The real user id of a process; null where it is gone, or is not ours to read.</summary>
    public static uint? UserOf(int pid, out Errno error)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        return ProcessStatus.TryReadUser(ProcFile.Read(pid, "status"u8, buffer, out error), out var user) ? user : null;
    }

    /// <summary>One process; false where it is gone.</summary>
    public static bool TryRead(int pid, out ProcessStat stat) => TryRead(pid, out stat, out _);

    /// <summary>The same, and why not.</summary>
    public static bool TryRead(int pid, out ProcessStat stat, out Errno error)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        return ProcessStat.TryRead(ProcFile.Read(pid, "stat"u8, buffer, out error), out stat);
    }
}
