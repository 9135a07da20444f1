using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Values;

/// <summary>
/// The capabilities of Linux (<c>man 7 capabilities</c>) by name, lower case without the CAP_ prefix, with the numbers of
/// <c>linux/capability.h</c>.
/// </summary>
public static class CapabilityTable
{
    /// <summary>All names, each at the index that is its number.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
        "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
        "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
        "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
        "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
        "checkpoint_restore",
    ];

    /// <summary>Reads <c>net_bind_service</c> or <c>CAP_NET_BIND_SERVICE</c>, in any case; -1 where there is none such.</summary>
    public static int Find(string name) => NumberedNames.Find(All, "cap_", name);
}
