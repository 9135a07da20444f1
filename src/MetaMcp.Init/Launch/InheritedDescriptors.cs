using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launch;

/// <summary>The client's descriptors, which the server has by now and of which a guard must hold none but stdin and stderr.</summary>
internal static unsafe class InheritedDescriptors
{
    /// <summary>Without the list of descriptors, clients are taken to have given none above this number.</summary>
    private const int MostLooked = 1024;

    /// <summary>
    /// Clients wait for the last writer of stdout. Others may be waited for as well; those that the client gave us are those that are
    /// not closed on exec.
    /// </summary>
    /// <param name="spare">
    /// A descriptor that nothing can be written to. It takes the number of stdout where there is no descriptor left for /dev/null: so the
    /// number stays taken, and nothing that is opened later gets it.
    /// </param>
    public static void LetGo(int spare)
    {
        var nothing = NullDevice.Open();
        _ = dup3(nothing >= 0 ? nothing : spare, 1, O_CLOEXEC);
        if (nothing >= 0)
            _ = close(nothing);
        CloseInherited();
    }

    private static void CloseInherited()
    {
        int directory;
        fixed (byte* path = "/proc/self/fd\0"u8)
            directory = open(path, O_RDONLY | O_CLOEXEC, 0);
        if (directory < 0)
        {
            for (var number = 3; number < MostLooked; number++)
                CloseIfInherited(number);
            return;
        }
        var entries = new DirectoryReader(directory, stackalloc byte[1024]);
        while (entries.TryNext(out var name, out _))
        {
            if (DecimalText.TryRead(name, int.MaxValue, out var number) && number > 2)
                CloseIfInherited((int)number);
        }
        _ = close(directory);
    }

    private static void CloseIfInherited(int number)
    {
        if (fcntl(number, F_GETFD, 0) == 0)
            _ = close(number);
    }
}
