using System.Runtime.InteropServices;
using System.Text;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>Our own program file, for the second stage, probes, measurements and reads of the file.</summary>
internal static unsafe class SelfExecutable
{
    private static string? _path;

    /// <summary>
    /// <c>/proc/self/exe</c>, which stays right when the file is replaced. Without /proc it is the name that the kernel was given at
    /// exec (<c>man 3 getauxval</c>, AT_EXECFN), which stays right because the init never changes its directory.
    /// </summary>
    public static string Path
    {
        get => _path ??= CanOpenProc() ? "/proc/self/exe"
        : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)getauxval(AT_EXECFN)));
        // The program of the tests is another than the one they start.
        internal set => _path = value;
    }

    private static bool CanOpenProc()
    {
        int descriptor;
        fixed (byte* path = "/proc/self/exe\0"u8)
            descriptor = open(path, O_RDONLY | O_CLOEXEC, 0);
        if (descriptor >= 0)
            _ = close(descriptor);
        return descriptor >= 0;
    }
}
