using System.Text;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Doctor;

/// <summary>
/// Tells the machine's first namespaces from others: the first have had fixed inode numbers since Linux 3.8 (linux/nsfs.h,
/// init_ns_ino).
/// </summary>
internal static unsafe class Namespaces
{
    public const ulong FirstPid = 0xEFFFFFFC;
    public const ulong FirstCgroup = 0xEFFFFFFB;

    /// <summary>Null if it cannot be read.</summary>
    public static bool? IsOwn(string kind, ulong first)
    {
        statx found;
        fixed (byte* path = Encoding.ASCII.GetBytes($"/proc/self/ns/{kind}\0"))
            return get_statx(AT_FDCWD, path, 0, STATX_INO, &found) == 0 ? found.stx_ino != first : null;
    }
}
