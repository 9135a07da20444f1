using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>
/// The files that the second stage reads: account files and environment files, named by bytes (<see cref="ByteText"/>). Their content
/// stays in native memory until exec gives it back.
/// </summary>
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
        var error = WholeFile.ReadNative(descriptor, Most + 1, out var bytes);
        _ = close(descriptor);
        if (bytes.Length > Most)
            error = new Errno(EFBIG);
        if (error.IsSuccess)
            content = bytes;
        return error;
    }
}
