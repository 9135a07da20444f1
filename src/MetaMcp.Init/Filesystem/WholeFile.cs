using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Filesystem;

/// <summary>Somebody's file, of whatever kind and length.</summary>
internal static unsafe class WholeFile
{
    /// <summary>From its start to its end, but no more than so many bytes.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="flags">O_NONBLOCK: nobody waits for the other end of a pipe.</param>
    /// <param name="most">In bytes.</param>
    /// <param name="bytes">What is in it.</param>
    public static Errno Read(string path, int flags, int most, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        var descriptor = KernelFile.Open(path, O_RDONLY | flags);
        if (descriptor < 0)
            return LastError;
        var error = Read(descriptor, most, out bytes);
        _ = close(descriptor);
        return error;
    }

    /// <summary>From where it stands to its end, but no more than so many bytes.</summary>
    public static Errno Read(int descriptor, int most, out ReadOnlyMemory<byte> bytes)
    {
        var buffer = new byte[16 * 1024];
        var length = 0;
        nint count;
        do
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, most));
            fixed (byte* free = &MemoryMarshal.GetArrayDataReference(buffer))
                count = read(descriptor, free + length, (nuint)(buffer.Length - length));
            length += (int)Math.Max(count, 0);
        }
        while (count > 0 && length < most);
        bytes = buffer.AsMemory(0, length);
        return count < 0 ? LastError : Errno.None;
    }
}
