namespace MetaMcp.Init.Core.Probing;

/// <summary>
/// Bytes that arrive one by one, up to a limit: a server decides how many it sends, but not how much memory they take.
/// </summary>
internal sealed class ByteBuffer(int limit)
{
    private byte[] _bytes = new byte[Math.Min(limit, 512)];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>False if the limit is reached; the byte is not kept.</summary>
    public bool TryAdd(byte value)
    {
        if (Length == limit)
            return false;
        if (Length == _bytes.Length)
            Array.Resize(ref _bytes, Math.Min(limit, _bytes.Length * 4));
        _bytes[Length++] = value;
        return true;
    }

    public void Clear() => Length = 0;
}
