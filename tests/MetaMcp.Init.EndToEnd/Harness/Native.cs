using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>The few system calls that the framework does not offer.</summary>
internal static partial class Native
{
    public static void Signal(int pid, int number)
    {
        if (kill(pid, number) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"kill {pid} with {number}");
    }

    /// <summary>Sends a signal if the process still exists; a test that cleans up need not know.</summary>
    public static void TrySignal(int pid, int number) => _ = kill(pid, number);

    /// <summary>The framework's own method would remove the files first, which cannot be done in a cgroup.</summary>
    public static bool TryRemoveDirectory(string path) => rmdir(path) == 0;

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rmdir(string path);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int number);
}
