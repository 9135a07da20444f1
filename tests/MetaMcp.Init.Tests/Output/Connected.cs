using System.Runtime.InteropServices;
using System.Text;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Output;

/// <summary>Two connected descriptors, as a container runtime makes them: the writer for us, and the far end.</summary>
internal sealed unsafe partial class Connected : IDisposable
{
    private Connected(int writer, int reader)
    {
        Writer = writer;
        Reader = reader;
        Assert.Equal(0, fcntl(reader, F_SETFL, O_NONBLOCK));
    }

    /// <summary>Blocking, as inherited descriptors are.</summary>
    public int Writer { get; private set; }

    /// <summary>Non-blocking, so that a test reads only the bytes that have arrived.</summary>
    public int Reader { get; private set; }

    public static Connected Make(string kind) => kind switch
    {
        "pipe" => Pipe(),
        "terminal" => Terminal(),
        "socket" => Socket(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    public static Connected Pipe()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, pipe2(ends, O_CLOEXEC));
        return new Connected(ends[1], ends[0]);
    }

    public static Connected Terminal()
    {
        int master;
        int slave;
        Assert.Equal(0, openpty(&master, &slave, null, null, null));
        return new Connected(slave, master);
    }

    public static Connected Socket()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
        return new Connected(ends[0], ends[1]);
    }

    public int Flags => (int)fcntl(Writer, F_GETFL, 0);

    /// <summary>All bytes that have arrived, with a terminal's line ends as newlines.</summary>
    public string Read()
    {
        var text = new StringBuilder();
        var buffer = stackalloc byte[65536];
        while (read(Reader, buffer, 65536) is > 0 and var count)
            text.Append(Encoding.Latin1.GetString(buffer, (int)count));
        return text.Replace("\r\n", "\n").ToString();
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
            Assert.Equal(bytes.Length, (int)write(Writer, start, (nuint)bytes.Length));
    }

    public void CloseWriter()
    {
        _ = close(Writer);
        Writer = -1;
    }

    public void CloseReader()
    {
        _ = close(Reader);
        Reader = -1;
    }

    public void Dispose()
    {
        if (Writer >= 0)
            CloseWriter();
        if (Reader >= 0)
            CloseReader();
    }

    [LibraryImport("libc.so.6")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int openpty(int* master, int* slave, byte* name, void* termios, void* size);

    [LibraryImport("libc.so.6")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int socketpair(int domain, int type, int protocol, int* sv);
}
