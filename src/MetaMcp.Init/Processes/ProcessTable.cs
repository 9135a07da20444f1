using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>Reads who is there: three system calls a process, and some for the list.</summary>
internal static unsafe class ProcessTable
{
    private const int ListSize = 8192;
    private const int StatSize = 1024;

    /// <summary>
    /// Every process that /proc shows. Refused where it is not mounted, and where a shortage kept us from reading all: some of a list
    /// would pass for all of it.
    /// </summary>
    /// <param name="into">Filled anew.</param>
    /// <param name="isWhole">False where some were gone before they could be read.</param>
    public static Errno Read(ProcessSnapshot into, out bool isWhole)
    {
        into.Clear();
        isWhole = true;
        int directory;
        fixed (byte* path = "/proc\0"u8)
            directory = open(path, O_RDONLY | O_CLOEXEC, 0);
        if (directory < 0)
            return LastError;
        var list = stackalloc byte[ListSize];
        nint length;
        var error = Errno.None;
        while (!error.IsShortage && (length = getdents64(directory, list, ListSize)) != 0)
        {
            if (length < 0)
            {
                error = LastError;
                break;
            }
            for (nint at = 0; at < length && !error.IsShortage; at += ((dirent64*)(list + at))->d_reclen)
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(((dirent64*)(list + at))->d_name);
                if (!Utf8Parser.TryParse(name, out int pid, out var digits) || digits != name.Length)
                    continue;
                if (TryRead(pid, out var stat, out error))
                    into.Add(stat);
                else
                    isWhole = false;
            }
        }
        _ = close(directory);
        if (error.IsShortage)
            return error;
        return into.Count > 0 ? Errno.None : new Errno(Errno.ENOENT);
    }

    /// <summary>
    /// Whether a thread of a process is in state D. One that waits there for a file system may hold the lock of the memory map, and
    /// who reads environ would wait with it. What cannot be read is taken to be.
    /// </summary>
    public static bool IsBlocked(int pid)
    {
        Span<byte> path = stackalloc byte[32];
        if (!Utf8.TryWrite(path, $"/proc/{pid}/task\0", out _))
            return true;
        int directory;
        fixed (byte* start = path)
            directory = open(start, O_RDONLY | O_CLOEXEC, 0);
        if (directory < 0)
            return true;
        var list = stackalloc byte[ListSize];
        Span<byte> name = stackalloc byte[32];
        Span<byte> buffer = stackalloc byte[StatSize];
        nint length;
        var blocked = false;
        while (!blocked && (length = getdents64(directory, list, ListSize)) > 0)
        {
            for (nint at = 0; at < length && !blocked; at += ((dirent64*)(list + at))->d_reclen)
            {
                var entry = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(((dirent64*)(list + at))->d_name);
                if (!Utf8Parser.TryParse(entry, out int thread, out var digits) || digits != entry.Length)
                    continue;
                blocked = !Utf8.TryWrite(name, $"task/{thread}/stat", out var written) ||
                    !ProcessStat.TryRead(ProcFile.Read(pid, name[..written], buffer), out var stat) || stat.IsBlocked;
            }
        }
        _ = close(directory);
        return blocked;
    }

    /// <summary>One process; false where it is gone.</summary>
    public static bool TryRead(int pid, out ProcessStat stat) => TryRead(pid, out stat, out _);

    private static bool TryRead(int pid, out ProcessStat stat, out Errno error)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        return ProcessStat.TryRead(ProcFile.Read(pid, "stat"u8, buffer, out error), out stat);
    }
}
