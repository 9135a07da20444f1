using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>The few calls that the framework has no name for.</summary>
internal static partial class Native
{
    public static void Signal(int pid, int number)
    {
        if (kill(pid, number) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"kill {pid} with {number}");
    }

    /// <summary>Sends where there is still somebody; a test that cleans up does not mind.</summary>
    public static void TrySignal(int pid, int number) => _ = kill(pid, number);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int number);
}
