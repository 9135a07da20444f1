using System.Buffers.Binary;
using System.Text;
using MetaMcp.Init.Linux;

namespace MetaMcp.Init.Addressing;

/// <summary>A socket address of any family, with the length that connect(2) takes.</summary>
internal unsafe struct SocketAddress
{
    public Libc.sockaddr_storage Storage;
    public uint Length;

    public readonly int Family => Storage.ss_family;

    /// <summary>Reads an address in digits; null if the text is a name.</summary>
    public static SocketAddress? FromDigits(string host, int port)
    {
        var text = Utf8(host);
        var address = default(SocketAddress);
        var ip4 = (Libc.sockaddr_in*)&address.Storage;
        var ip6 = (Libc.sockaddr_in6*)&address.Storage;
        fixed (byte* name = text)
        {
            if (Libc.inet_pton(Libc.AF_INET, name, &ip4->sin_addr) == 1)
            {
                ip4->sin_family = Libc.AF_INET;
                ip4->sin_port = NetworkOrder(port);
                address.Length = (uint)sizeof(Libc.sockaddr_in);
                return address;
            }
            if (Libc.inet_pton(Libc.AF_INET6, name, ip6->sin6_addr) == 1)
            {
                ip6->sin6_family = Libc.AF_INET6;
                ip6->sin6_port = NetworkOrder(port);
                address.Length = (uint)sizeof(Libc.sockaddr_in6);
                return address;
            }
        }
        return null;
    }

    /// <summary>The longest path, in bytes.</summary>
    public const int MostPath = Libc.sockaddr_un.PathLength - 1;

    /// <summary>Whether the path names an address of the abstract namespace (<c>man 7 unix</c>), which needs no file.</summary>
    public static bool IsAbstract(string path) => path.StartsWith('@');

    /// <summary>The address of a path, or of an abstract name behind <c>@</c>; null if it is longer than <see cref="MostPath"/>.</summary>
    public static SocketAddress? FromPath(string path)
    {
        var text = Encoding.UTF8.GetBytes(path);
        if (text.Length > MostPath)
            return null;
        var address = default(SocketAddress);
        var unix = (Libc.sockaddr_un*)&address.Storage;
        unix->sun_family = Libc.AF_UNIX;
        text.CopyTo(new Span<byte>(unix->sun_path, text.Length));
        if (IsAbstract(path))
            unix->sun_path[0] = 0;
        // Every byte counts in an abstract name, so it has no zero at the end.
        address.Length = (uint)(sizeof(ushort) + text.Length + (IsAbstract(path) ? 0 : 1));
        return address;
    }

    /// <summary>A C string.</summary>
    public static byte[] Utf8(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    private static ushort NetworkOrder(int port) => BinaryPrimitives.ReverseEndianness((ushort)port);
}
