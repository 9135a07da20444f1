using System.Buffers.Text;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>The files of one process (<c>man 5 proc</c>), read in one call and without allocating.</summary>
internal static unsafe class ProcFile
{
    /// <summary>Reads as much as the buffer takes; empty if the process is gone, or may not be read.</summary>
    public static ReadOnlySpan<byte> Read(int pid, ReadOnlySpan<byte> name, Span<byte> buffer) => Read(pid, name, buffer, out _);

    /// <summary>The same, with the error if the result is empty.</summary>
    public static ReadOnlySpan<byte> Read(int pid, ReadOnlySpan<byte> name, Span<byte> buffer, out Errno error)
    {
        var descriptor = Open(pid, name);
        error = descriptor < 0 ? LastError : Errno.None;
        if (descriptor < 0)
            return [];
        nint count;
        fixed (byte* start = buffer)
            count = read(descriptor, start, (nuint)buffer.Length);
        if (count < 0)
            error = LastError;
        _ = close(descriptor);
        return count > 0 ? buffer[..(int)count] : [];
    }

    /// <summary>Opens the file for reading; negative if that failed, with <see cref="LastError"/>.</summary>
    public static int Open(int pid, ReadOnlySpan<byte> name)
    {
        Span<byte> path = stackalloc byte[64];
        "/proc/"u8.CopyTo(path);
        _ = Utf8Formatter.TryFormat(pid, path["/proc/".Length..], out var digits);
        var rest = path[("/proc/".Length + digits)..];
        rest[0] = (byte)'/';
        name.CopyTo(rest[1..]);
        rest[name.Length + 1] = 0;
        fixed (byte* start = path)
            return open(start, O_RDONLY | O_CLOEXEC, 0);
    }
}
