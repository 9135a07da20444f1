namespace MetaMcp.Init.Sockets;

/// <summary>One step of <see cref="LineInput"/>.</summary>
internal enum LineResult
{
    Line,

    /// <summary>The line has no end yet.</summary>
    Part,

    Nothing,
    Ended,
    Descriptors,
    TooLong,
}

/// <summary>The lines of one client, at most one a step, and the beginning of a line whose end has not come.</summary>
internal sealed class LineInput
{
    /// <summary>The longest line of a client, in bytes with its newline.</summary>
    public const int Most = 4096;

    private byte[]? _part;
    private int _length;

    /// <param name="connection">Where the bytes come from.</param>
    /// <param name="room">Room for <see cref="Most"/>.</param>
    /// <param name="length">The length of the line that stands in the room, with its newline.</param>
    public LineResult Take(int connection, Span<byte> room, out int length)
    {
        length = 0;
        _part.AsSpan(0, _length).CopyTo(room);
        var rest = room[_length..];
        switch (StreamPeek.Look(connection, rest, out var count))
        {
            case PeekResult.Nothing:
                return LineResult.Nothing;
            case PeekResult.Ended:
                return LineResult.Ended;
            case PeekResult.Descriptors:
                return LineResult.Descriptors;
        }
        var newline = rest[..count].IndexOf((byte)'\n');
        if (newline < 0 && _length + count == room.Length)
            return LineResult.TooLong;
        // Before the bytes are received: they would be lost if memory ends here.
        if (newline < 0)
            _part ??= new byte[Most];
        var taken = newline < 0 ? count : newline + 1;
        if (!StreamPeek.Take(connection, rest[..taken]))
            return LineResult.Ended;
        if (newline < 0)
        {
            rest[..taken].CopyTo(_part.AsSpan(_length));
            _length += taken;
            return LineResult.Part;
        }
        length = _length + taken;
        (_length, _part) = (0, null);
        return LineResult.Line;
    }
}
