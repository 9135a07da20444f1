using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Accounting;

/// <summary>
/// The open directory of a cgroup. Its files are opened relative to it, so that the path is walked once, and read into buffers of the
/// caller's. A file that is missing, or that has gone with its cgroup, is null and no error.
/// </summary>
/// <param name="descriptor">The directory, or one above it.</param>
/// <param name="below">The way from there, with a slash at its end; empty for the directory itself.</param>
internal readonly unsafe ref struct CgroupDirectory(int descriptor, ReadOnlySpan<byte> below = default)
{
    private const int LongestWay = 512;

    private readonly ReadOnlySpan<byte> _below = below;

    public bool IsOpen => descriptor >= 0;

    public static CgroupDirectory Open(string path) => new(KernelFile.Open(path, O_RDONLY));

    /// <param name="name">With its zero.</param>
    public CgroupDirectory Child(ReadOnlySpan<byte> name) => new(OpenFile(name));

    public DirectoryReader Entries(Span<byte> buffer) => new(descriptor, buffer);

    public void Close()
    {
        if (descriptor >= 0)
            _ = close(descriptor);
    }

    /// <summary>As much of a file as the buffer takes; empty if it cannot be read.</summary>
    /// <param name="name">With its zero.</param>
    /// <param name="buffer">Gets the text.</param>
    public ReadOnlySpan<byte> Read(ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        var file = OpenFile(name);
        if (file < 0)
            return [];
        // One call: the kernel fills the buffer with whole texts, and /proc and cgroups hold nothing back.
        nint count;
        fixed (byte* start = buffer)
            count = read(file, start, (nuint)buffer.Length);
        _ = close(file);
        return count > 0 ? buffer[..(int)count] : [];
    }

    /// <summary>The number in a file; null for <c>max</c>, and if it cannot be read.</summary>
    /// <param name="name">With its zero.</param>
    public long? Number(ReadOnlySpan<byte> name)
    {
        Span<byte> text = stackalloc byte[32];
        return DecimalText.TryRead(Read(name, text).TrimEnd((byte)'\n'), long.MaxValue, out var number) ? (long)number : null;
    }

    /// <summary>The number of a key in a file of keys; null if it is not there.</summary>
    /// <param name="name">With its zero.</param>
    /// <param name="key">The key.</param>
    public long? Number(ReadOnlySpan<byte> name, ReadOnlySpan<byte> key)
    {
        // memory.stat has some sixty lines, and the first twenty are those that are asked for.
        Span<byte> text = stackalloc byte[4096];
        return FlatKeyed.Find(Read(name, text), key);
    }

    /// <param name="name">With its zero.</param>
    public int OpenFile(ReadOnlySpan<byte> name)
    {
        Span<byte> way = stackalloc byte[LongestWay];
        if (descriptor < 0 || _below.Length + name.Length > way.Length)
            return -1;
        _below.CopyTo(way);
        name.CopyTo(way[_below.Length..]);
        fixed (byte* path = way)
            return openat(descriptor, path, O_RDONLY | O_CLOEXEC, 0);
    }
}
