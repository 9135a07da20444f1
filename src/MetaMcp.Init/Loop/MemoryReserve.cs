using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Loop;

/// <summary>
/// Memory that is kept for when there is none: given up, it lets the event at hand be handled after all. It is one large object, which
/// a collection gives back at once; 1 MiB is the least of which that is so, small ones are only room for objects that grow old
/// (measured, .NET 10 with a hard limit). It is never written to, so that it costs no page.
/// </summary>
internal sealed class MemoryReserve
{
    private const int Size = 1 << 20;

    /// <summary>What was short a moment ago is mostly short still, and to find that out takes a whole collection.</summary>
    private static readonly TimeSpan UntilTakenBack = TimeSpan.FromSeconds(10);

    private byte[]? _held = TryTake(Size);
    private Instant _notBefore;

    /// <summary>False where it was given up already.</summary>
    public bool GiveUp(Instant now)
    {
        _notBefore = now + UntilTakenBack;
        if (_held is null)
            return false;
        _held = null;
        GC.Collect();
        return true;
    }

    /// <summary>Takes it back where there is room again; true where it did just now.</summary>
    public bool TakeBack(Instant now)
    {
        if (_held is not null || now < _notBefore)
            return false;
        _notBefore = now + UntilTakenBack;
        _held = TryTake(Size);
        return _held is not null;
    }

    private static byte[]? TryTake(int size)
    {
        try
        {
            return GC.AllocateUninitializedArray<byte>(size);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }
}
