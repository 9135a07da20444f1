using System.Text;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Filesystem;

/// <summary>
/// The small files of /proc and /sys/fs/cgroup, which are read whole and written in one call. No method throws: the kernel's error is
/// the result.
/// </summary>
internal static unsafe class KernelFile
{
    /// <summary>Opens for reading; negative if that failed, with <see cref="LastError"/>.</summary>
    public static int Open(string path, int flags = O_RDONLY)
    {
        Span<byte> buffer = stackalloc byte[512];
        fixed (byte* name = PathText.Terminated(path, buffer))
            return open(name, flags | O_CLOEXEC | O_NOCTTY, 0);
    }

    /// <summary>Reads from the start, as much as the buffer takes.</summary>
    public static Errno Read(string path, Span<byte> buffer, out int length)
    {
        length = 0;
        var descriptor = Open(path);
        if (descriptor < 0)
            return LastError;
        var error = Read(descriptor, buffer, out length);
        _ = close(descriptor);
        return error;
    }

    /// <summary>
    /// The same for an open file, whose position is neither used nor moved: files of cgroups are read again and again.
    /// </summary>
    public static Errno Read(int descriptor, Span<byte> buffer, out int length)
    {
        length = 0;
        while (length < buffer.Length)
        {
            nint count;
            fixed (byte* start = buffer[length..])
                count = pread(descriptor, start, (nuint)(buffer.Length - length), length);
            if (count < 0 && LastError.Number == Errno.EINTR)
                continue;
            if (count < 0)
                return LastError;
            if (count == 0)
                return Errno.None;
            length += (int)count;
        }
        return Errno.None;
    }

    /// <summary>The whole file, where its length cannot be known before (mountinfo); empty where it cannot be read.</summary>
    public static byte[] ReadAll(string path) => WholeFile.Read(path, 0, 1 << 20, out var bytes).IsSuccess ? bytes : [];

    /// <summary>One write, since the kernel takes each write as a command of its own.</summary>
    /// <param name="path">Which file.</param>
    /// <param name="text">ASCII.</param>
    /// <param name="flags">More flags of <c>open(2)</c>.</param>
    public static Errno Write(string path, string text, int flags = 0)
    {
        var descriptor = Open(path, O_WRONLY | flags);
        if (descriptor < 0)
            return LastError;
        var error = Write(descriptor, text);
        _ = close(descriptor);
        return error;
    }

    /// <summary>The same for an open file.</summary>
    public static Errno Write(int descriptor, string text)
    {
        Span<byte> buffer = stackalloc byte[128];
        var length = Encoding.ASCII.GetBytes(text, buffer);
        nint written;
        fixed (byte* start = buffer)
            written = write(descriptor, start, (nuint)length);
        return written < 0 ? LastError : Errno.None;
    }

    public static bool Exists(string path)
    {
        Span<byte> buffer = stackalloc byte[512];
        fixed (byte* name = PathText.Terminated(path, buffer))
            return access(name, F_OK) == 0;
    }

    public static Errno MakeDirectory(string path)
    {
        Span<byte> buffer = stackalloc byte[512];
        fixed (byte* name = PathText.Terminated(path, buffer))
            return mkdir(name, 0x1ED) == 0 ? Errno.None : LastError;
    }

    public static Errno RemoveDirectory(string path)
    {
        Span<byte> buffer = stackalloc byte[512];
        fixed (byte* name = PathText.Terminated(path, buffer))
            return rmdir(name) == 0 ? Errno.None : LastError;
    }
}
