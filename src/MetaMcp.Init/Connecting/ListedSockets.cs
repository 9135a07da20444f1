using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Connecting;

/// <summary>
/// The sockets of the network namespace, as <c>/proc/net/unix</c> lists them (<c>man 5 proc_net</c>): a process that comes from outside
/// (<c>docker exec</c>) has no other way to find a <c>runtime_dir</c> of the file, or an abstract address.
/// </summary>
internal static class ListedSockets
{
    private const int MostBytes = 1 << 20;

    /// <summary>Anyone can make such sockets: so many are tried.</summary>
    private const int MostFound = 16;

    /// <summary>The directories in which a socket of this name listens; <c>@…</c> for an abstract one.</summary>
    public static List<string> Directories(string name)
    {
        _ = WholeFile.Read("/proc/net/unix", 0, MostBytes, out var bytes);
        return In(PathText.From(bytes), name);
    }

    internal static List<string> In(string list, string name)
    {
        var found = new List<string>();
        foreach (var line in list.EnumerateLines())
        {
            // Num RefCount Protocol Flags Type St Inode Path; __SO_ACCEPTCON is 0x10000.
            var path = line.LastIndexOf(' ') is >= 0 and var blank ? line[(blank + 1)..] : default;
            if (found.Count < MostFound && path.Length > name.Length + 1 && path[0] is '/' or '@' && path.EndsWith(name) &&
                path[^(name.Length + 1)] == '/' && line.Contains(" 00010000 ", StringComparison.Ordinal))
                found.Add(path[..^(name.Length + 1)].ToString());
        }
        return found;
    }
}
