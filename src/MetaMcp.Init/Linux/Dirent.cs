using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>dirent.h</summary>
[CHeader("dirent.h")]
internal static unsafe partial class Libc
{
    public const byte DT_DIR = 4;
    public const byte DT_SOCK = 12;

    /// <summary><c>man 2 getdents64</c>: records follow each other at a distance of d_reclen; the name ends with a zero.</summary>
    [CName("struct dirent64")]
    [StructLayout(LayoutKind.Sequential)]
    public struct dirent64
    {
        public ulong d_ino;
        public long d_off;
        public ushort d_reclen;
        public byte d_type;
        public fixed byte d_name[256];
    }

    /// <summary><c>man 2 getdents64</c>: the bytes read, 0 at the end.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint getdents64(int fd, void* dirp, nuint count);
}
