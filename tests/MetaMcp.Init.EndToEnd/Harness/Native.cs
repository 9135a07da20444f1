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

    /// <summary>The framework's own would remove what is in it first, and a cgroup's files cannot be.</summary>
    public static bool TryRemoveDirectory(string path) => rmdir(path) == 0;

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rmdir(string path);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int number);
}
