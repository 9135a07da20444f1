using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Output;

/// <summary>Identifies the file, pipe, terminal or socket behind a descriptor, with its type.</summary>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode, int Type)
{
    /// <returns>EBADF if the descriptor is not open.</returns>
    public static unsafe Errno Read(int fd, out FileIdentity identity)
    {
        identity = default;
        statx found;
        byte empty = 0;
        if (get_statx(fd, &empty, AT_EMPTY_PATH, STATX_TYPE | STATX_INO, &found) != 0)
            return LastError;
        identity = new FileIdentity(found.stx_dev_major, found.stx_dev_minor, found.stx_ino, found.stx_mode & S_IFMT);
        return Errno.None;
    }
}
