using System.Text;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Notifying;

/// <summary>
/// The directory of the services' sockets, <c>notify</c> below <c>runtime_dir</c>: every user may pass through it and none may list
/// it. Made when the first service needs it. With a read-only root there is none, and the sockets have abstract names. PID 1 itself
/// makes everything below runtime_dir, so runtime_dir has to be on a file system that always answers.
/// </summary>
internal sealed unsafe class NotifyDirectory(string runtimeDirectory)
{
    /// <summary><c>rwx--x--x</c></summary>
    private const uint Passable = 0x1C9;

    private const uint Everybody = 0x1ED;

    /// <summary><c>-w--w-</c> of group and others.</summary>
    private const int WritableByOthers = 0x12;

    private string? _path;
    private bool _isTried;

    /// <summary>The directory; null if it cannot be made.</summary>
    public string? Path
    {
        get
        {
            if (!_isTried)
                _path = Make();
            _isTried = true;
            return _path;
        }
    }

    private string? Make()
    {
        var path = $"{runtimeDirectory}/notify";
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
            _ = Mkdir(path[..slash], path[..slash] == runtimeDirectory ? Passable : Everybody);
        _ = Mkdir(path, Passable);
        if (!IsOurs(path))
            return null;
        // As PID 1 we are the only mcp-init, so sockets that are already there are left from an earlier life of the container that
        // was killed.
        if (getpid() == 1)
            foreach (var name in DirectoryEntries.Sockets(path))
                fixed (byte* bytes = Encoding.UTF8.GetBytes($"{path}/{name}\0"))
                    _ = unlink(bytes);
        return path;
    }

    /// <summary>
    /// Whether no other user can replace a socket: the directory is ours, and only we can write to it.
    /// </summary>
    private static bool IsOurs(string path)
    {
        statx status;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(path + "\0"))
            return get_statx(AT_FDCWD, bytes, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status) == 0 &&
                IsPrivateDirectory(status) && access(bytes, W_OK | X_OK) == 0;
    }
    private static bool IsPrivateDirectory(in statx status) =>
        (status.stx_mode & S_IFMT) == S_IFDIR && status.stx_uid == geteuid() && (status.stx_mode & WritableByOthers) == 0;

    private static int Mkdir(string path, uint mode)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(path + "\0"))
            return mkdir(bytes, mode);
    }
}
