namespace MetaMcp.Init.Core.Output;

/// <summary>
/// Bytes that wait to be written, up to a fixed number. It starts small and grows when bytes do wait; it does not shrink, since a
/// reader that was slow once will be slow again.
/// </summary>
/// <param name="capacity">In bytes.</param>
public sealed class LineRing(int capacity)
{
    private const int FirstSize = 16 * 1024;

    private byte[] _bytes = [];
    private int _start;

    public int Capacity { get; } = capacity;

    public int Count { get; private set; }

    public int Free => Capacity - Count;

    public bool IsEmpty => Count == 0;

    /// <summary>The bytes that can be written in one call: all of them, or those before the end of the buffer.</summary>
    public ReadOnlySpan<byte> First => _bytes.AsSpan(_start, Math.Min(Count, _bytes.Length - _start));

    private ReadOnlySpan<byte> Second => _bytes.AsSpan(0, Count - First.Length);

    /// <summary>How many newlines are in it.</summary>
    public int Lines => First.Count((byte)'\n') + Second.Count((byte)'\n');

    /// <exception cref="ArgumentException">There are more bytes than <see cref="Free"/>.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Free)
            throw new ArgumentException("more than is free", nameof(bytes));
        if (Count + bytes.Length > _bytes.Length)
            Grow(Count + bytes.Length);
        var end = (_start + Count) % Math.Max(1, _bytes.Length);
        var fits = Math.Min(bytes.Length, _bytes.Length - end);
        bytes[..fits].CopyTo(_bytes.AsSpan(end));
        bytes[fits..].CopyTo(_bytes);
        Count += bytes.Length;
    }

    /// <summary>Removes the oldest bytes.</summary>
    public void Remove(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count -= count;
        // Starting over at the front leaves the pages further back untouched, and so not resident.
        _start = Count == 0 ? 0 : (_start + count) % _bytes.Length;
    }

    /// <summary>Drops everything, the buffer as well.</summary>
    public void Clear()
    {
        _bytes = [];
        _start = 0;
        Count = 0;
    }

    private void Grow(int needed)
    {
        var size = Math.Min(Capacity, Math.Max(Math.Max(FirstSize, needed), 2 * _bytes.Length));
        var larger = new byte[size];
        First.CopyTo(larger);
        Second.CopyTo(larger.AsSpan(First.Length));
        _bytes = larger;
        _start = 0;
    }
}
