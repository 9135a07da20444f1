using System.Runtime.InteropServices;

namespace MetaMcp.Init.Linux;

/// <summary>
/// sys/syscall.h: calls that glibc does not wrap, or wraps with more than the call. Its setuid family signals every thread and waits
/// for each; that is not needed in a thread that is about to exec, since the kernel ends the others.
/// </summary>
[CHeader("sys/syscall.h")]
internal static unsafe partial class Libc
{
    [CName("SYS_rt_sigaction", OnlyOn = "__x86_64__")]
    private const int SYS_rt_sigaction_x64 = 13;
    [CName("SYS_rt_sigaction", OnlyOn = "__aarch64__")]
    private const int SYS_rt_sigaction_arm64 = 134;
    [CName("SYS_rt_sigprocmask", OnlyOn = "__x86_64__")]
    private const int SYS_rt_sigprocmask_x64 = 14;
    [CName("SYS_rt_sigprocmask", OnlyOn = "__aarch64__")]
    private const int SYS_rt_sigprocmask_arm64 = 135;
    [CName("SYS_setgroups", OnlyOn = "__x86_64__")]
    private const int SYS_setgroups_x64 = 116;
    [CName("SYS_setgroups", OnlyOn = "__aarch64__")]
    private const int SYS_setgroups_arm64 = 159;
    [CName("SYS_setresuid", OnlyOn = "__x86_64__")]
    private const int SYS_setresuid_x64 = 117;
    [CName("SYS_setresuid", OnlyOn = "__aarch64__")]
    private const int SYS_setresuid_arm64 = 147;
    [CName("SYS_setresgid", OnlyOn = "__x86_64__")]
    private const int SYS_setresgid_x64 = 119;
    [CName("SYS_setresgid", OnlyOn = "__aarch64__")]
    private const int SYS_setresgid_arm64 = 149;
    [CName("SYS_capget", OnlyOn = "__x86_64__")]
    private const int SYS_capget_x64 = 125;
    [CName("SYS_capget", OnlyOn = "__aarch64__")]
    private const int SYS_capget_arm64 = 90;
    [CName("SYS_capset", OnlyOn = "__x86_64__")]
    private const int SYS_capset_x64 = 126;
    [CName("SYS_capset", OnlyOn = "__aarch64__")]
    private const int SYS_capset_arm64 = 91;

    // Calls from 424 on have the same number everywhere.
    public const int SYS_clone3 = 435;

    /// <summary><c>man 2 process_mrelease</c>: Linux 5.15.</summary>
    public const int SYS_process_mrelease = 448;

    private static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static nint SYS_rt_sigaction => IsX64 ? SYS_rt_sigaction_x64 : SYS_rt_sigaction_arm64;
    public static nint SYS_rt_sigprocmask => IsX64 ? SYS_rt_sigprocmask_x64 : SYS_rt_sigprocmask_arm64;
    public static nint SYS_setgroups => IsX64 ? SYS_setgroups_x64 : SYS_setgroups_arm64;
    public static nint SYS_setresuid => IsX64 ? SYS_setresuid_x64 : SYS_setresuid_arm64;
    public static nint SYS_setresgid => IsX64 ? SYS_setresgid_x64 : SYS_setresgid_arm64;
    public static nint SYS_capget => IsX64 ? SYS_capget_x64 : SYS_capget_arm64;
    public static nint SYS_capset => IsX64 ? SYS_capset_x64 : SYS_capset_arm64;

    /// <summary><c>man 2 syscall</c>; no call here needs more than four arguments.</summary>
    [LibraryImport(Name, SetLastError = true)]
    public static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth);
}
