using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Filesystem;

/// <summary>
/// A file of any kind and length, read to its end. The content is gathered in native memory: the length is not known before, and the
/// managed heap, which has a hard limit, would be left with every buffer that was too small.
/// </summary>
internal static unsafe class WholeFile
{
    private const int FirstCapacity = 16 * 1024;

    /// <summary>From the start of the file to its end, but no more than so many bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="flags">More flags of <c>man 2 open</c>; with O_NONBLOCK a pipe without a writer is empty.</param>
    /// <param name="most">The limit in bytes.</param>
    /// <param name="bytes">The content; where reading failed, the bytes before that.</param>
    public static Errno Read(string path, int flags, int most, out byte[] bytes)
    {
        bytes = [];
        var descriptor = KernelFile.Open(path, O_RDONLY | flags);
        if (descriptor < 0)
            return LastError;
        var error = Read(descriptor, most, out bytes);
        _ = close(descriptor);
        return error;
    }

    /// <summary>The same of an open file, from its position on.</summary>
    public static Errno Read(int descriptor, int most, out byte[] bytes)
    {
        var error = ReadNative(descriptor, most, out var content);
        try
        {
            bytes = content.ToArray();
        }
        finally
        {
            fixed (byte* start = content)
                NativeMemory.Free(start);
        }
        return error;
    }

    /// <summary>The same, left in native memory: for a process that will execute another program, and so never frees it.</summary>
    public static Errno ReadNative(int descriptor, int most, out ReadOnlySpan<byte> content)
    {
        var capacity = Math.Min(FirstCapacity, most);
        var length = 0;
        var bytes = (byte*)NativeMemory.Alloc((nuint)capacity);
        var error = Errno.None;
        while (length < most)
        {
            if (length == capacity)
            {
                capacity = (int)Math.Min(capacity * 2L, most);
                bytes = (byte*)NativeMemory.Realloc(bytes, (nuint)capacity);
            }
            var count = read(descriptor, bytes + length, (nuint)(capacity - length));
            if (count < 0 && LastError.Number == Errno.EINTR)
                continue;
            if (count < 0)
                error = LastError;
            if (count <= 0)
                break;
            length += (int)count;
        }
        content = new ReadOnlySpan<byte>(bytes, length);
        return error;
    }
}
