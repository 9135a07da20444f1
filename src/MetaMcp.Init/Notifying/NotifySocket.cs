using System.Text;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Notifying;

/// <summary>
/// The datagram socket that one run finds in its NOTIFY_SOCKET (<c>man 3 sd_notify</c>). If there is a directory for it, it is a file
/// that only the service's own user can write to: the second stage makes that user the owner. Otherwise its name is abstract, and has
/// no permissions. In both cases a message counts by its sender's credentials (RunReports).
/// <para>
/// A datagram may carry descriptors (<c>man 7 unix</c>, SCM_RIGHTS), and PID 1 never receives one. To receive them, even without room
/// for them, closes them, and the last close of a socket with SO_LINGER, or of a file on a file system that hangs, waits for as long
/// as the sender likes. So messages are read in place (MSG_PEEK). A message without descriptors is then received; a message with
/// descriptors is received, or closed with the socket, by a child (<see cref="DescriptorDisposal"/>).
/// </para>
/// </summary>
internal sealed unsafe class NotifySocket
{
    /// <summary>Room for the credentials only: the kernel puts them first, and reports that there was more.</summary>
    private static readonly int ControlSize = sizeof(cmsghdr) + 16;

    private readonly string? _path;

    private NotifySocket(int descriptor, string address, string? path) => (Descriptor, Address, _path) = (descriptor, address, path);

    public int Descriptor { get; private set; }

    /// <summary>The value of NOTIFY_SOCKET; <c>@</c> stands for the zero byte of an abstract name.</summary>
    public string Address { get; }

    /// <summary>The file, whose owner the second stage changes to the service's user; null if the name is abstract.</summary>
    public string? Path => _path;

    /// <summary>The first message was read, and waits for a child to receive its descriptors.</summary>
    public bool IsHeadRead { get; set; }

    /// <param name="directory">Our directory for socket files; null if there is none.</param>
    /// <param name="isOpenToAll">Whether every user may write: the service may change its user itself.</param>
    /// <param name="error">The error, if null is returned.</param>
    public static NotifySocket? Open(string? directory, bool isOpenToAll, out Errno error)
    {
        ulong random;
        var descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        var on = 1;
        if (descriptor < 0 || getrandom(&random, sizeof(ulong), 0) != sizeof(ulong) ||
            setsockopt(descriptor, SOL_SOCKET, SO_PASSCRED, &on, sizeof(int)) != 0)
        {
            error = LastError;
            if (descriptor >= 0)
                _ = close(descriptor);
            return null;
        }
        error = Errno.None;
        var path = $"{directory}/{random:x16}";
        if (directory is not null && Bind(descriptor, path, isOpenToAll ? 0x49u : 0x7fu))
            return new NotifySocket(descriptor, path, path);
        var name = $"mcp-init/notify/{random:x16}";
        if (Bind(descriptor, "\0" + name, 0))
            return new NotifySocket(descriptor, "@" + name, null);
        error = LastError;
        _ = close(descriptor);
        return null;
    }

    /// <summary>Reads the first message and leaves it in the socket.</summary>
    /// <param name="text">Room for <see cref="NotifyMessage.MaxLength"/> and one more.</param>
    /// <param name="length">The length of the message.</param>
    /// <param name="sender">The kernel's word on the process that sent it.</param>
    /// <param name="hasDescriptors">Whether PID 1 must not receive it.</param>
    public bool TryPeek(Span<byte> text, out int length, out ucred sender, out bool hasDescriptors)
    {
        (length, sender, hasDescriptors) = (0, default, false);
        var control = stackalloc byte[ControlSize];
        fixed (byte* start = text)
        {
            iovec part = new() { iov_base = start, iov_len = (nuint)text.Length };
            msghdr message = new() { msg_iov = &part, msg_iovlen = 1, msg_control = control, msg_controllen = (nuint)ControlSize };
            var count = recvmsg(Descriptor, &message, MSG_DONTWAIT | MSG_PEEK);
            if (count < 0)
                return false;
            length = (int)count;
            hasDescriptors = (message.msg_flags & MSG_CTRUNC) != 0;
            var head = (cmsghdr*)control;
            if (message.msg_controllen >= (nuint)(sizeof(cmsghdr) + sizeof(ucred)) && head->cmsg_level == SOL_SOCKET &&
                head->cmsg_type == SCM_CREDENTIALS)
                sender = *(ucred*)(head + 1);
            return true;
        }
    }

    /// <summary>Receives the first message, which has no descriptors.</summary>
    public void Drop()
    {
        byte none;
        _ = recv(Descriptor, &none, 0, MSG_DONTWAIT);
    }

    /// <summary>No further message can come; those that are there can still be read.</summary>
    public void End()
    {
        _ = shutdown(Descriptor, SHUT_RD);
        if (_path is null)
            return;
        fixed (byte* path = Encoding.UTF8.GetBytes(_path + "\0"))
            _ = unlink(path);
    }

    /// <summary>To be called only if no message with descriptors is left.</summary>
    public void Close()
    {
        if (Descriptor >= 0)
            _ = close(Descriptor);
        Descriptor = -1;
    }

    private static bool Bind(int descriptor, string name, uint mask)
    {
        var address = new sockaddr_un { sun_family = AF_UNIX };
        var bytes = Encoding.UTF8.GetBytes(name);
        // A path ends with a zero; an abstract name has one in front.
        if (bytes.Length >= sockaddr_un.PathLength)
            return false;
        bytes.CopyTo(new Span<byte>(address.sun_path, sockaddr_un.PathLength));
        // PID 1 has one thread, so no other file is made under this umask.
        var before = umask(mask);
        var isBound = bind(descriptor, &address, (uint)(sizeof(ushort) + bytes.Length)) == 0;
        _ = umask(before);
        return isBound;
    }
}
