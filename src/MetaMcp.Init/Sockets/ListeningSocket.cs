using MetaMcp.Init.Addressing;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Sockets;

/// <summary>
/// A socket that clients connect to (<c>man 7 unix</c>), in <c>runtime_dir</c>. Every user may pass through that directory; the mode of
/// the socket says which users may connect, and who is let in is decided by what the kernel says of the other end. PID 1 itself makes it,
/// so <c>runtime_dir</c> has to be on a file system that always answers.
/// </summary>
internal sealed unsafe class ListeningSocket
{
    /// <summary><c>rwx--x--x</c></summary>
    private const uint Passable = 0x1C9;

    private const uint Everybody = 0x1ED;

    /// <summary>Every user may write to the socket, which is to connect: <c>rw-rw-rw-</c>.</summary>
    public const uint ForAll = 0x1B6;

    /// <summary>The user of mcp-init and root alone may connect: <c>rw-------</c>.</summary>
    public const uint ForOwner = 0x180;

    /// <summary>The members of a group too: <c>rw-rw----</c>.</summary>
    public const uint ForGroup = 0x1B0;

    private const uint AllModes = 0x1FF;

    /// <summary>Clients that connect while PID 1 is busy wait in this queue, and block there once it is full.</summary>
    private const int Backlog = 256;

    private readonly ulong _inode;

    private ListeningSocket(int descriptor, string path) =>
        (Descriptor, Path, _inode) = (descriptor, path, SocketAddress.IsAbstract(path) ? 0 : InodeOf(path));

    /// <summary>Non-blocking; listens.</summary>
    public int Descriptor { get; }

    public string Path { get; }

    /// <summary>Makes the socket; null and the reason if that is not possible.</summary>
    /// <param name="path">An absolute path; or <c>@NAME</c> for an abstract address, which needs no file system.</param>
    /// <param name="mode">Its permissions. An abstract one has none: every process of the network namespace may connect.</param>
    /// <param name="problem">With the path in front; empty if there is none.</param>
    /// <param name="isPlaceMissing">There can be no file at that path, so another path may help.</param>
    /// <param name="group">The group of the file; null for ours.</param>
    public static ListeningSocket? Open(string path, uint mode, out string problem, out bool isPlaceMissing, uint? group = null)
    {
        problem = "";
        isPlaceMissing = false;
        if (SocketAddress.FromPath(path) is not { } address)
        {
            problem = $"{path}: the path is too long for a socket";
            isPlaceMissing = true;
            return null;
        }
        var descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        var step = "socket";
        var error = descriptor < 0 ? LastError : Errno.None;
        if (error.IsSuccess)
            (step, error) = SocketAddress.IsAbstract(path) ? Bind(descriptor, address) : BindFile(descriptor, address, path, mode);
        // No client can connect before: a process of our own group must not be among the first clients.
        if (error.IsSuccess && group is { } members)
            (step, error) = ("chown", GiveTo(path, members));
        if (error.IsSuccess)
            (step, error) = ("listen", listen(descriptor, Backlog) == 0 ? Errno.None : LastError);
        if (error.IsSuccess)
            return new ListeningSocket(descriptor, path);
        isPlaceMissing = step is "mkdir" or "bind" && error.Number is Errno.EROFS or Errno.EACCES or Errno.EPERM or Errno.ENOENT
            or Errno.ENOTDIR or Errno.ENOSPC or Errno.EDQUOT;
        problem = error.Number == Errno.EADDRINUSE ? $"{path}: something else has this name, or another mcp-init listens there"
            : $"{path}: {step}: {error}";
        if (step is "chown" or "listen" && !SocketAddress.IsAbstract(path))
            Unlink(path);
        if (descriptor >= 0)
            _ = close(descriptor);
        return null;
    }

    /// <summary>Removes the socket and closes it.</summary>
    public void Close()
    {
        Remove();
        _ = close(Descriptor);
    }

    /// <summary>At the end: clients that come later find no socket, and do without mcp-init at once.</summary>
    public void Remove()
    {
        if (_inode == 0 || InodeOf(Path) != _inode)
            return;
        Unlink(Path);
    }

    private static ulong InodeOf(string path) => FileLinks.TryLook(path, out var status, follow: false) ? status.stx_ino : 0;

    private static void Unlink(string path)
    {
        fixed (byte* bytes = SocketAddress.Utf8(path))
            _ = unlink(bytes);
    }

    private static (string Step, Errno Error) BindFile(int descriptor, in SocketAddress address, string path, uint mode)
    {
        // PID 1 has one thread, so no other file is made under these masks.
        var before = umask(0);
        var error = MakeDirectory(path[..path.LastIndexOf('/')]);
        _ = umask(AllModes & ~mode);
        var bound = ("mkdir", error);
        if (error.IsSuccess)
        {
            RemoveStale(address, path);
            bound = Bind(descriptor, address);
        }
        _ = umask(before);
        return bound;
    }

    private static (string Step, Errno Error) Bind(int descriptor, SocketAddress address) =>
        ("bind", bind(descriptor, &address.Storage, address.Length) == 0 ? Errno.None : LastError);

    private static Errno GiveTo(string path, uint group)
    {
        const uint Same = uint.MaxValue;
        fixed (byte* bytes = SocketAddress.Utf8(path))
            return lchown(bytes, Same, group) == 0 ? Errno.None : LastError;
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
        fixed (byte* bytes = SocketAddress.Utf8(path))
            return mkdir(bytes, mode) == 0 ? Errno.None : LastError;
    }

    /// <summary>
    /// Removes a socket that nothing listens on: it is left from an earlier life of the container. One that answers belongs to another
    /// process, and a file of another kind is not ours to remove.
    /// </summary>
    public static void RemoveStale(SocketAddress address, string path)
    {
        if (!FileLinks.TryLook(path, out var status, follow: false) || (status.stx_mode & S_IFMT) != S_IFSOCK)
            return;
        var probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (probe < 0)
            return;
        var isStale = connect(probe, &address.Storage, address.Length) != 0 && LastError.Number == Errno.ECONNREFUSED;
        _ = close(probe);
        if (isStale)
            Unlink(path);
    }
}
