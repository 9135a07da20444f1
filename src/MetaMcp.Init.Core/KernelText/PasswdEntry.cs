namespace MetaMcp.Init.Core.KernelText;

/// <summary>One user of /etc/passwd (<c>man 5 passwd</c>); texts are decoded byte by byte (Latin-1).</summary>
public sealed record PasswdEntry(string Name, uint Uid, uint Gid, string Home, string Shell)
{
    /// <summary>
    /// The value for SHELL. Null if the shell exists to refuse logins (nologin, false): script(1), ssh's ProxyCommand and others run
    /// their commands by SHELL, and take /bin/sh if it is not set.
    /// </summary>
    public string? LoginShell => Shell[(Shell.LastIndexOf('/') + 1)..] switch
    {
        "nologin" or "false" => null,
        // An empty field means /bin/sh (man 5 passwd).
        _ when Shell.Length == 0 => "/bin/sh",
        _ => Shell,
    };
}
