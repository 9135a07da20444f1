using System.Text;
using System.Text.Unicode;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>Reads all processes: three system calls a process, and some for the list.</summary>
internal static unsafe class ProcessTable
{
    private const int ListSize = 8192;

    /// <summary>A process with more threads is assumed to have one in state D: reading all of them takes too long.</summary>
    private const int MostThreads = 512;

    private const int StatSize = 1024;

    /// <summary>
    /// Reads every process in /proc. An error if /proc is not mounted, and if a shortage prevented the reading of all: a part of the
    /// list would look like the whole.
    /// </summary>
    /// <param name="into">Filled anew.</param>
    /// <param name="isLeftOut">The processes that are left out.</param>
    /// <param name="isWhole">False if some were gone before they could be read.</param>
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
    /// Whether a thread of a process is in state D. A thread that waits there for a file system may hold the lock of the memory map,
    /// and a read of environ or smaps_rollup would wait with it. A process that cannot be read is assumed to be blocked.
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
            // A thread that has ended since blocks no read.
            blocked = ProcessStat.TryRead(ProcFile.Read(pid, name[..written], buffer, out var error), out var stat)
                ? stat.IsBlocked : error.Number is not (Errno.ENOENT or Errno.ESRCH);
            blocked |= --left == 0;
        }
        blocked |= !threads.Error.IsSuccess;
        _ = close(directory);
        return blocked;
    }

    /// <summary>The real user id of a process; null if it is gone, or may not be read.</summary>
    public static uint? UserOf(int pid, out Errno error)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        return ProcessStatus.TryReadUser(ProcFile.Read(pid, "status"u8, buffer, out error), out var user) ? user : null;
    }

    /// <summary>The name of a process (<c>comm</c>); empty if it is gone.</summary>
    public static string CommandOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[64];
        return Encoding.UTF8.GetString(ProcFile.Read(pid, "comm"u8, buffer).TrimEnd((byte)'\n'));
    }

    /// <summary>Reads one process; false if it is gone.</summary>
    public static bool TryRead(int pid, out ProcessStat stat) => TryRead(pid, out stat, out _);

    /// <summary>The same, with the error.</summary>
    public static bool TryRead(int pid, out ProcessStat stat, out Errno error)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        return ProcessStat.TryRead(ProcFile.Read(pid, "stat"u8, buffer, out error), out stat);
    }
}
