using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>The few calls that the framework has no name for.</summary>
internal static partial class Native
{
    public const int RlimitNproc = 6;
    public const int RlimitNofile = 7;

    public static void Signal(int pid, int number)
    {
        if (kill(pid, number) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"kill {pid} with {number}");
    }

    /// <summary>Sends where there is still somebody; a test that cleans up does not mind.</summary>
    public static void TrySignal(int pid, int number) => _ = kill(pid, number);

    public static void SetLimit(int pid, int resource, ulong soft, ulong hard)
    {
        if (prlimit(pid, resource, [soft, hard], 0) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"prlimit {pid}");
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int number);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int prlimit(int pid, int resource, ulong[] limits, nint old);
}
