using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>
/// The run that a process names in its environment. If we may not open the environment, it is opened as the owner of the process
/// (<see cref="OwnedFile"/>). Allocates nothing.
/// </summary>
internal static unsafe class ProcessEnvironment
{
    /// <summary>More than the environment of any service; of a longer one only this much is searched.</summary>
    private const int Most = 1 << 18;

    /// <summary>
    /// 0 if it names no run of ours, or cannot be read. The kernel reads it behind the lock of the process's memory map: see
    /// <see cref="ProcessTable.IsBlocked"/>.
    /// </summary>
    /// <param name="pid">The process.</param>
    /// <param name="cookie">Recognises our runs.</param>
    /// <param name="isEmpty">No byte was read: the process has no environment, or does not show it.</param>
    /// <param name="error">The error, if it was not read to its end.</param>
    public static long RunOf(int pid, InstanceCookie cookie, out bool isEmpty, out Errno error)
    {
        isEmpty = true;
        var file = ProcFile.Open(pid, "environ"u8);
        error = file < 0 ? LastError : Errno.None;
        if (error.Number is Errno.EACCES or Errno.EPERM)
            file = OwnedFile.Open(pid, "environ"u8, out error);
        if (file < 0)
            return 0;
        var run = Search(file, cookie, out isEmpty, out error);
        _ = close(file);
        return run;
    }

    /// <summary>
    /// Searches through a window that moves from one variable to the next; a variable that does not fit into it is not ours.
    /// </summary>
    private static long Search(int file, InstanceCookie cookie, out bool isEmpty, out Errno error)
    {
        Span<byte> window = stackalloc byte[4096];
        var kept = 0;
        var isCut = false;
        (isEmpty, error) = (true, Errno.None);
        for (var position = 0; position < Most;)
        {
            nint count;
            fixed (byte* start = window[kept..])
                count = pread(file, start, (nuint)(window.Length - kept), position);
            if (count < 0 && LastError.Number == Errno.EINTR)
                continue;
            if (count < 0)
                error = LastError;
            if (count <= 0)
                return isCut ? 0 : cookie.RunOf(window[..kept]);
            isEmpty = false;
            position += (int)count;
            var text = window[..(kept + (int)count)];
            var end = text.LastIndexOf((byte)0) + 1;
            if (end == 0)
            {
                isCut |= text.Length == window.Length;
                kept = isCut ? 0 : text.Length;
                continue;
            }
            var whole = text[(isCut ? text.IndexOf((byte)0) + 1 : 0)..end];
            if (cookie.RunOf(whole) is not 0 and var run)
                return run;
            isCut = false;
            kept = text.Length - end;
            text[end..].CopyTo(window);
        }
        return 0;
    }
}
