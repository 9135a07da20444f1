using System.Buffers.Binary;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Operating;

/// <summary>One line as it lies in the ring.</summary>
internal readonly ref struct LogEntry(
    long sequence, long unixMilliseconds, LogStream stream, ReadOnlySpan<byte> text, long next)
{
    public long Sequence { get; } = sequence;

    public long UnixMilliseconds { get; } = unixMilliseconds;

    public LogStream Stream { get; } = stream;

    public ReadOnlySpan<byte> Text { get; } = text;

    public long Next { get; } = next;
}

/// <summary>
/// The last lines of one service or type of server, in a fixed number of bytes: each has a head of 20 bytes (number, time, origin, length)
/// and its text. A new line pushes out the oldest ones. Positions count all bytes ever written, so that the position of a reader that is
/// too slow can be told from a valid one. The buffer grows when it is needed, since most services say little.
/// </summary>
/// <param name="capacity">In bytes.</param>
internal sealed class LogRing(int capacity)
{
    /// <summary>A longer line is cut.</summary>
    public const int MostText = 4096;

    private const int Head = 20;
    private const int FirstSize = 1024;

    private byte[] _bytes = [];

    /// <summary>The position of the oldest line; the position where the next line will stand.</summary>
    public long Start { get; private set; }

    public long End { get; private set; }

    /// <summary>The number of lines that were pushed out.</summary>
    public long Lost { get; private set; }

    /// <summary>The number of the last one of them; 0 for none.</summary>
    public long LastLost { get; private set; }

    public void Append(long sequence, long unixMilliseconds, LogStream stream, ReadOnlySpan<byte> text)
    {
        text = text[..Math.Min(text.Length, Math.Min(MostText, capacity - Head))];
        var needed = Head + text.Length;
        if (End - Start + needed > _bytes.Length)
            Grow((int)(End - Start) + needed);
        while (End - Start + needed > _bytes.Length)
            Drop();
        Span<byte> head = stackalloc byte[Head];
        BinaryPrimitives.WriteInt64LittleEndian(head, sequence);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], unixMilliseconds);
        BinaryPrimitives.WriteUInt16LittleEndian(head[16..], (ushort)stream);
        BinaryPrimitives.WriteUInt16LittleEndian(head[18..], (ushort)text.Length);
        Put(End, head);
        Put(End + Head, text);
        End += needed;
    }

    /// <summary>The line at a position, or the oldest one if that line was pushed out; false if there is none.</summary>
    /// <param name="position">The position.</param>
    /// <param name="room">Room for <see cref="MostText"/>, which gets the text.</param>
    /// <param name="entry">The line.</param>
    public bool TryRead(long position, Span<byte> room, out LogEntry entry)
    {
        position = Math.Max(position, Start);
        entry = default;
        if (position >= End)
            return false;
        Span<byte> head = stackalloc byte[Head];
        Get(position, head);
        var text = room[..BinaryPrimitives.ReadUInt16LittleEndian(head[18..])];
        Get(position + Head, text);
        entry = new LogEntry(
            BinaryPrimitives.ReadInt64LittleEndian(head), BinaryPrimitives.ReadInt64LittleEndian(head[8..]),
            (LogStream)BinaryPrimitives.ReadUInt16LittleEndian(head[16..]), text, position + Head + text.Length);
        return true;
    }

    /// <summary>The number of the line at a position, or of the oldest one; <see cref="long.MaxValue"/> if there is none.</summary>
    public long SequenceAt(long position)
    {
        position = Math.Max(position, Start);
        if (position >= End)
            return long.MaxValue;
        Span<byte> number = stackalloc byte[8];
        Get(position, number);
        return BinaryPrimitives.ReadInt64LittleEndian(number);
    }

    /// <summary>The position of the line behind that at a position.</summary>
    public LogPosition After(LogPosition position) => new(NextOf(position.Offset), position.Line + 1);

    private long NextOf(long position)
    {
        Span<byte> length = stackalloc byte[2];
        Get(position + Head - 2, length);
        return position + Head + BinaryPrimitives.ReadUInt16LittleEndian(length);
    }

    private void Drop()
    {
        LastLost = SequenceAt(Start);
        Start = NextOf(Start);
        Lost++;
    }

    private void Grow(int needed)
    {
        var size = (int)Math.Min(capacity, Math.Max(FirstSize, (long)Math.Max(needed, 2 * _bytes.Length)));
        if (size <= _bytes.Length)
            return;
        var larger = new byte[size];
        // A position stands at its remainder, which changes with the size.
        for (var position = Start; position < End; position++)
            larger[position % size] = _bytes[position % _bytes.Length];
        _bytes = larger;
    }

    private void Put(long position, ReadOnlySpan<byte> bytes)
    {
        var at = (int)(position % _bytes.Length);
        var first = Math.Min(bytes.Length, _bytes.Length - at);
        bytes[..first].CopyTo(_bytes.AsSpan(at));
        bytes[first..].CopyTo(_bytes);
    }

    private void Get(long position, Span<byte> bytes)
    {
        var at = (int)(position % _bytes.Length);
        var first = Math.Min(bytes.Length, _bytes.Length - at);
        _bytes.AsSpan(at, first).CopyTo(bytes);
        _bytes.AsSpan(0, bytes.Length - first).CopyTo(bytes[first..]);
    }
}
