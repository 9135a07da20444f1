using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/stat.h</summary>
[CHeader("sys/stat.h")]
internal static unsafe partial class Libc
{
    public const uint STATX_TYPE = 0x001;
    public const uint STATX_UID = 0x008;
    public const uint STATX_INO = 0x100;
    public const uint STATX_BASIC_STATS = 0x7ff;

    public const int S_IFMT = 0xf000;
    public const int S_IFIFO = 0x1000;
    public const int S_IFCHR = 0x2000;
    public const int S_IFDIR = 0x4000;
    public const int S_IFREG = 0x8000;
    public const int S_IFLNK = 0xa000;
    public const int S_IFSOCK = 0xc000;

    /// <summary><c>man 2 statx</c>: its layout is the same on every architecture, unlike that of <c>struct stat</c>.</summary>
    [CName("struct statx")]
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    public struct statx
    {
        public uint stx_mask;
        public uint stx_blksize;
        public ulong stx_attributes;
        public uint stx_nlink;
        public uint stx_uid;
        public uint stx_gid;
        public ushort stx_mode;
        private readonly ushort __spare0;
        public ulong stx_ino;
        public ulong stx_size;
        public ulong stx_blocks;
        public ulong stx_attributes_mask;
        public statx_timestamp stx_atime;
        public statx_timestamp stx_btime;
        public statx_timestamp stx_ctime;
        public statx_timestamp stx_mtime;
        public uint stx_rdev_major;
        public uint stx_rdev_minor;
        public uint stx_dev_major;
        public uint stx_dev_minor;
    }

    /// <summary><c>man 2 statx</c></summary>
    [CName("struct statx_timestamp")]
    [StructLayout(LayoutKind.Sequential)]
    public struct statx_timestamp
    {
        public long tv_sec;
        public uint tv_nsec;
        private readonly int __statx_timestamp_pad1;
    }

    /// <summary><c>man 2 statx</c></summary>
    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true)]
    public static partial int get_statx(int dirfd, byte* pathname, int flags, uint mask, statx* statxbuf);

    /// <summary><c>man 2 umask</c>: returns the former mask and cannot fail.</summary>
    [LibraryImport(Name)]
    public static partial uint umask(uint mask);

    /// <summary><c>man 2 fchmod</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int fchmod(int fd, uint mode);

    /// <summary><c>man 2 utimensat</c>: no times are the present.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int utimensat(int dirfd, byte* pathname, void* times, int flags);

    /// <summary><c>man 2 mkdir</c></summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial int mkdir(byte* pathname, uint mode);
}
