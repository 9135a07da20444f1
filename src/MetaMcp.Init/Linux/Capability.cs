using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>linux/capability.h. glibc has no wrappers; the calls go through <see cref="syscall"/>.</summary>
[CHeader("linux/capability.h")]
internal static unsafe partial class Libc
{
    public const uint _LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    /// <summary><c>man 2 capget</c>: pid 0 is the calling thread.</summary>
    [CName("struct __user_cap_header_struct")]
    [StructLayout(LayoutKind.Sequential)]
    public struct cap_user_header
    {
        public uint version;
        public int pid;
    }

    /// <summary><c>man 2 capget</c>: one for each 32 capabilities.</summary>
    [CName("struct __user_cap_data_struct")]
    [StructLayout(LayoutKind.Sequential)]
    public struct cap_user_data
    {
        public uint effective;
        public uint permitted;
        public uint inheritable;
    }
}
