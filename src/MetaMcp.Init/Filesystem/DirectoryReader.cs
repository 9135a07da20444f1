using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Filesystem;

/// <summary>
/// The entries of an open directory (<c>man 2 getdents64</c>), <c>.</c> and <c>..</c> among them, read into a buffer of the caller's
/// and without allocating.
/// </summary>
/// <param name="descriptor">The directory; not closed here.</param>
/// <param name="buffer">Some kilobytes.</param>
internal unsafe ref struct DirectoryReader(int descriptor, Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _at;
    private int _length;

    /// <summary>The error, if there was no next entry; success at the end of the directory.</summary>
    public Errno Error { get; private set; }

    /// <summary>
    /// Whether the next entry is in the buffer already. If not, another reader of the same descriptor can continue from there.
    /// </summary>
    public readonly bool IsBuffered => _at < _length;

    /// <param name="name">Without its zero; valid until the next call.</param>
    /// <param name="type">One of DT_*.</param>
    public bool TryNext(out ReadOnlySpan<byte> name, out byte type)
    {
        name = [];
        type = 0;
        fixed (byte* start = _buffer)
        {
            if (_at == _length)
            {
                var length = getdents64(descriptor, start, (nuint)_buffer.Length);
                Error = length < 0 ? LastError : Errno.None;
                (_at, _length) = (0, (int)Math.Max(length, 0));
                if (_length == 0)
                    return false;
            }
            var entry = (dirent64*)(start + _at);
            var nameAt = (int)(entry->d_name - start);
            type = entry->d_type;
            _at += entry->d_reclen;
            name = _buffer[nameAt.._at];
        }
        name = name[..name.IndexOf((byte)0)];
        return true;
    }
}
