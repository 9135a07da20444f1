namespace MetaMcp.Init.Filesystem;

/// <summary>
/// The files that a command's name without a slash may mean, one in each directory of PATH, in order (<c>man 3 execvp</c>). A candidate
/// that is longer than a path may be is passed over.
/// </summary>
/// <param name="path">Directories with colons between; an empty one is the current directory.</param>
/// <param name="name">The command's name.</param>
/// <param name="candidate">Room for <see cref="MostBytes"/>: each candidate is written here, with a zero behind it.</param>
internal ref struct SearchPath(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, Span<byte> candidate)
{
    /// <summary>PATH_MAX of <c>man 7 limits</c>, with the zero.</summary>
    public const int MostBytes = 4096;

    private readonly ReadOnlySpan<byte> _name = name;
    private readonly Span<byte> _candidate = candidate;
    private ReadOnlySpan<byte> _rest = path;
    private bool _isAtEnd;

    /// <summary>Where a command is looked for if its environment has no PATH.</summary>
    public static ReadOnlySpan<byte> Default => "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"u8;

    /// <summary>The candidate without the zero.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    public bool MoveNext()
    {
        while (!_isAtEnd)
        {
            var colon = _rest.IndexOf((byte)':');
            var directory = colon < 0 ? _rest : _rest[..colon];
            _isAtEnd = colon < 0;
            _rest = _rest[(colon + 1)..];
            if (directory.Length + _name.Length + 2 > MostBytes)
                continue;
            var length = directory.Length;
            directory.CopyTo(_candidate);
            if (length > 0)
                _candidate[length++] = (byte)'/';
            _name.CopyTo(_candidate[length..]);
            length += _name.Length;
            _candidate[length] = 0;
            Current = _candidate[..length];
            return true;
        }
        return false;
    }
}
