using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Values;

/// <summary>
/// Linux capabilities (<c>man 7 capabilities</c>): the index is the number in <c>linux/capability.h</c>, the name is in
/// lower case without CAP_.
/// </summary>
public static class CapabilityNames
{
    public static ImmutableArray<string> All { get; } =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
        "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
        "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
        "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
        "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
        "checkpoint_restore",
    ];

    /// <summary>Reads <c>CAP_NET_ADMIN</c>, <c>cap_net_admin</c> or <c>net_admin</c>; null is no capability.</summary>
    public static string? Normalize(string text)
    {
        var name = text.ToLowerInvariant();
        if (name.StartsWith("cap_", StringComparison.Ordinal))
            name = name[4..];
        return All.Contains(name) ? name : null;
    }
}
