using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>Whole files in native memory, which exec gives back: the managed heap has a hard limit and better uses.</summary>
internal static unsafe class FileBytes
{
    private const int EFBIG = 27;

    // An account file of 100,000 users is a tenth of this.
    private const int Most = 64 << 20;

    public static Errno Read(string path, out ReadOnlySpan<byte> content)
    {
        content = [];
        var descriptor = open(ByteText.ToNative(path), O_RDONLY | O_CLOEXEC | O_NOCTTY, 0);
        if (descriptor < 0)
            return LastError;
        nuint capacity = 8192;
        nuint length = 0;
        var bytes = (byte*)NativeMemory.Alloc(capacity);
        while (true)
        {
            var got = read(descriptor, bytes + length, capacity - length);
            if (got < 0 && LastError.Number == Errno.EINTR)
                continue;
            var error = got < 0 ? LastError : Errno.None;
            length += (nuint)Math.Max(got, 0);
            if (length > Most)
                error = new Errno(EFBIG);
            if (got == 0 || !error.IsSuccess)
            {
                _ = close(descriptor);
                content = error.IsSuccess ? new ReadOnlySpan<byte>(bytes, (int)length) : [];
                return error;
            }
            if (length == capacity)
                bytes = (byte*)NativeMemory.Realloc(bytes, capacity *= 2);
        }
    }
}
