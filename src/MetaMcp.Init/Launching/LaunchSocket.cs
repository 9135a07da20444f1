using System.Text;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launching;

/// <summary>
/// The socket that shims connect to (<c>man 7 unix</c>): <c>launch.sock</c> in <c>runtime_dir</c>. Every user may pass through that
/// directory and may connect, since gateways run as any user; who is let in is decided by what the kernel says of the other end. It is
/// made whether the file names servers or not: unknown ones may be launched too, a reload may bring some, and it costs a descriptor and
/// five calls. PID 1 itself makes it, so <c>runtime_dir</c> has to be on a file system that always answers.
/// </summary>
internal sealed unsafe class LaunchSocket
{
    /// <summary><c>rwx--x--x</c></summary>
    private const uint Passable = 0x1C9;

    private const uint Everybody = 0x1ED;

    /// <summary><c>--x--x--x</c> is taken away: every user may write to the socket, which is to connect.</summary>
    private const uint SocketMask = 0x49;

    /// <summary>Shims that connect while PID 1 is busy wait in this queue, and block there once it is full.</summary>
    private const int Backlog = 256;

    private readonly ulong _inode;

    private LaunchSocket(int descriptor, string path) => (Descriptor, Path, _inode) = (descriptor, path, InodeOf(path));

    /// <summary>Non-blocking; listens.</summary>
    public int Descriptor { get; }

    public string Path { get; }

    /// <summary>Makes the socket; null and the reason if that is not possible: then the container runs without launches.</summary>
    public static LaunchSocket? Open(string runtimeDirectory, out string problem)
    {
        var path = $"{runtimeDirectory}/{LaunchPaths.Socket}";
        problem = "";
        if (Encoding.UTF8.GetByteCount(path) >= sockaddr_un.PathLength)
        {
            problem = $"{path}: the path is too long for a socket";
            return null;
        }
        var descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        var step = "socket";
        var error = descriptor < 0 ? LastError : Errno.None;
        if (error.IsSuccess)
            (step, error) = Bind(descriptor, runtimeDirectory, path);
        if (error.IsSuccess)
            return new LaunchSocket(descriptor, path);
        problem = error.Number == Errno.EADDRINUSE ? $"{path}: something else has this name, or another mcp-init listens there"
            : $"{path}: {step}: {error}";
        if (descriptor >= 0)
            _ = close(descriptor);
        return null;
    }

    /// <summary>At the end: shims that come later find no socket, and do without mcp-init at once.</summary>
    public void Remove()
    {
        if (_inode == 0 || InodeOf(Path) != _inode)
            return;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(Path + "\0"))
            _ = unlink(bytes);
    }

    private static ulong InodeOf(string path)
    {
        statx status;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(path + "\0"))
            return get_statx(AT_FDCWD, bytes, AT_SYMLINK_NOFOLLOW, STATX_INO, &status) == 0 ? status.stx_ino : 0;
    }

    private static (string Step, Errno Error) Bind(int descriptor, string directory, string path)
    {
        var address = new sockaddr_un { sun_family = AF_UNIX };
        var bytes = Encoding.UTF8.GetBytes(path);
        bytes.CopyTo(new Span<byte>(address.sun_path, sockaddr_un.PathLength));
        var length = (uint)(sizeof(ushort) + bytes.Length + 1);
        // PID 1 has one thread, so no other file is made under these masks.
        var before = umask(0);
        var error = MakeDirectory(directory);
        _ = umask(SocketMask);
        var step = "mkdir";
        if (error.IsSuccess)
        {
            RemoveStale(&address, length);
            step = "bind";
            error = bind(descriptor, &address, length) == 0 ? Errno.None : LastError;
        }
        _ = umask(before);
        if (!error.IsSuccess)
            return (step, error);
        return ("listen", listen(descriptor, Backlog) == 0 ? Errno.None : LastError);
    }

    private static Errno MakeDirectory(string directory)
    {
        for (var slash = directory.IndexOf('/', 1); slash > 0; slash = directory.IndexOf('/', slash + 1))
            _ = Mkdir(directory[..slash], Everybody);
        var error = Mkdir(directory, Passable);
        return error.Number == Errno.EEXIST ? Errno.None : error;
    }

    private static Errno Mkdir(string path, uint mode)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(path + "\0"))
            return mkdir(bytes, mode) == 0 ? Errno.None : LastError;
    }

    /// <summary>
    /// A socket that nothing listens on is left from an earlier life of the container. One that answers belongs to another mcp-init, and a
    /// file of another kind is not ours to remove.
    /// </summary>
    private static void RemoveStale(sockaddr_un* address, uint length)
    {
        statx status;
        if (get_statx(AT_FDCWD, address->sun_path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &status) != 0 ||
            (status.stx_mode & S_IFMT) != S_IFSOCK)
            return;
        var probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (probe < 0)
            return;
        var isStale = connect(probe, address, length) != 0 && LastError.Number == Errno.ECONNREFUSED;
        _ = close(probe);
        if (isStale)
            _ = unlink(address->sun_path);
    }
}
