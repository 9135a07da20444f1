using System.Text;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Sockets;

/// <summary>
/// The address of a socket as a text: an absolute path, or <c>@NAME</c> for one in the abstract namespace (<c>man 7 unix</c>), which begins
/// with a zero byte there and whose length counts no zero behind it.
/// </summary>
internal static unsafe class SocketAddress
{
    public static bool IsAbstract(string path) => path.StartsWith('@');

    /// <summary>False if the path is longer than an address can be.</summary>
    public static bool TryMake(string path, out sockaddr_un address, out uint length)
    {
        address = new sockaddr_un { sun_family = AF_UNIX };
        length = 0;
        if (Encoding.UTF8.GetByteCount(path) >= sockaddr_un.PathLength)
            return false;
        var bytes = Encoding.UTF8.GetBytes(path);
        fixed (byte* start = address.sun_path)
            bytes.CopyTo(new Span<byte>(start, sockaddr_un.PathLength));
        length = (uint)(sizeof(ushort) + bytes.Length);
        if (IsAbstract(path))
            address.sun_path[0] = 0;
        else
            length++;
        return true;
    }
}
