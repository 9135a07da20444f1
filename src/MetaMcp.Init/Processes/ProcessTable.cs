using System.Buffers.Text;
using System.Runtime.InteropServices;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>Reads who is there: three system calls a process, and some for the list.</summary>
internal static unsafe class ProcessTable
{
    private const int ListSize = 8192;
    private const int StatSize = 1024;

    /// <summary>Every process that /proc shows. False where it shows none: it is not mounted, or no descriptor is left.</summary>
    /// <param name="into">Filled anew.</param>
    /// <param name="isWhole">False where some were gone before they could be read.</param>
    public static bool Read(ProcessSnapshot into, out bool isWhole)
    {
        into.Clear();
        isWhole = true;
        int directory;
        fixed (byte* path = "/proc\0"u8)
            directory = open(path, O_RDONLY | O_CLOEXEC, 0);
        if (directory < 0)
            return false;
        var list = stackalloc byte[ListSize];
        nint length;
        while ((length = getdents64(directory, list, ListSize)) > 0)
        {
            for (nint at = 0; at < length; at += ((dirent64*)(list + at))->d_reclen)
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(((dirent64*)(list + at))->d_name);
                if (!Utf8Parser.TryParse(name, out int pid, out var digits) || digits != name.Length)
                    continue;
                if (TryRead(pid, out var stat))
                    into.Add(stat);
                else
                    isWhole = false;
            }
        }
        _ = close(directory);
        return into.Count > 0;
    }

    /// <summary>One process; false where it is gone.</summary>
    public static bool TryRead(int pid, out ProcessStat stat)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        return ProcessStat.TryRead(ProcFile.Read(pid, "stat"u8, buffer), out stat);
    }
}
