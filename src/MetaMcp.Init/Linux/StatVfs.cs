using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>sys/statvfs.h</summary>
[CHeader("sys/statvfs.h")]
internal static unsafe partial class Libc
{
    /// <summary><c>man 3 statvfs</c>: sizes are numbers of blocks of <c>f_frsize</c> bytes. What follows the last differs.</summary>
    [CName("struct statvfs")]
    [StructLayout(LayoutKind.Sequential, Size = 112)]
    public struct statvfs
    {
        public ulong f_bsize;
        public ulong f_frsize;
        public ulong f_blocks;
        public ulong f_bfree;
        public ulong f_bavail;
        public ulong f_files;
        public ulong f_ffree;
        public ulong f_favail;
        public ulong f_fsid;
        public ulong f_flag;
        public ulong f_namemax;
    }

    /// <summary><c>man 3 statvfs</c></summary>
    [LibraryImport(Name, EntryPoint = "statvfs", SetLastError = true)]
    public static partial int get_statvfs(byte* path, statvfs* buf);
}
