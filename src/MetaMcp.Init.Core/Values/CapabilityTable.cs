namespace MetaMcp.Init.Core.Values;

/// <summary>The capabilities of Linux by name, lower case without the CAP_ prefix (<c>man 7 capabilities</c>).</summary>
public static class CapabilityTable
{
    private static readonly string[] Names =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
        "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
        "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
        "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
        "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
        "checkpoint_restore",
    ];

    /// <summary>All names, each at the index that is its number.</summary>
    public static ReadOnlySpan<string> All => Names;

    /// <summary>Reads <c>net_bind_service</c> or <c>CAP_NET_BIND_SERVICE</c>, in any case; -1 where there is none such.</summary>
    public static int Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var bare = name.AsSpan(name.StartsWith("cap_", StringComparison.OrdinalIgnoreCase) ? 4 : 0);
        for (var number = 0; number < Names.Length; number++)
            if (bare.Equals(Names[number], StringComparison.OrdinalIgnoreCase))
                return number;
        return -1;
    }
}
