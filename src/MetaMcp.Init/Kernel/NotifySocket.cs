using System.Text;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>
/// systemd's readiness protocol (<c>man 3 sd_notify</c>): a datagram socket of one run of one service, named in its
/// NOTIFY_SOCKET. The name is abstract, so that it needs no writable directory and leaves no file behind, and holds 64 random
/// bits, since an abstract name has no permissions; who sends is checked besides.
/// </summary>
internal sealed unsafe class NotifySocket : IDisposable
{
    private const int MaxDatagram = 4096;

    private NotifySocket(int descriptor, string address)
    {
        Descriptor = descriptor;
        Address = address;
    }

    public int Descriptor { get; }

    /// <summary>What NOTIFY_SOCKET says; <c>@</c> stands for the zero byte of an abstract name.</summary>
    public string Address { get; }

    public static NotifySocket? Open(out Errno error)
    {
        var descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (descriptor < 0)
        {
            error = LastError;
            return null;
        }
        ulong random;
        if (getrandom(&random, sizeof(ulong), 0) != sizeof(ulong))
        {
            error = LastError;
            _ = close(descriptor);
            return null;
        }
        var name = $"mcp-init/notify/{random:x16}";
        var address = new sockaddr_un { sun_family = AF_UNIX };
        var length = Encoding.ASCII.GetBytes(name, new Span<byte>(address.sun_path + 1, sockaddr_un.PathLength - 1));
        var on = 1;
        var size = (uint)(sizeof(ushort) + 1 + length);
        if (setsockopt(descriptor, SOL_SOCKET, SO_PASSCRED, &on, sizeof(int)) != 0 || bind(descriptor, &address, size) != 0)
        {
            error = LastError;
            _ = close(descriptor);
            return null;
        }
        error = Errno.None;
        return new NotifySocket(descriptor, "@" + name);
    }

    /// <summary>Reads what is there; true where the service, or a process of its session, said READY=1.</summary>
    /// <param name="main">The service's main process, which leads its session.</param>
    public bool ReadReady(int main)
    {
        var ready = false;
        Span<byte> text = stackalloc byte[MaxDatagram];
        Span<byte> control = stackalloc byte[64];
        while (true)
        {
            fixed (byte* textStart = text, controlStart = control)
            {
                iovec part = new() { iov_base = textStart, iov_len = MaxDatagram };
                msghdr message = new() { msg_iov = &part, msg_iovlen = 1, msg_control = controlStart, msg_controllen = (nuint)control.Length };
                var count = recvmsg(Descriptor, &message, MSG_DONTWAIT);
                if (count < 0)
                    return ready;
                ready |= IsReadyMessage(text[..(int)count]) && IsFrom(message, main);
            }
        }
    }

    public void Dispose() => _ = close(Descriptor);

    private static bool IsReadyMessage(ReadOnlySpan<byte> text)
    {
        foreach (var range in text.Split((byte)'\n'))
            if (text[range].SequenceEqual("READY=1"u8))
                return true;
        return false;
    }

    private static bool IsFrom(in msghdr message, int main)
    {
        if (message.msg_controllen < (nuint)(sizeof(cmsghdr) + sizeof(ucred)))
            return false;
        var head = (cmsghdr*)message.msg_control;
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_CREDENTIALS)
            return false;
        var sender = ((ucred*)(head + 1))->pid;
        // systemd-notify in a shell script is often gone by now (ESRCH): the name alone has to do for it.
        return sender == main || getsid(sender) is var session && (session == main || session < 0);
    }
}
