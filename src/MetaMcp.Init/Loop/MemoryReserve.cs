using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Loop;

/// <summary>
/// Memory that is kept for a lack of memory: giving it up lets PID 1 handle the present event. It is one large object, since a
/// collection gives a large object back at once; 1 MiB is the least size of which that is so, while small objects only become room
/// for objects that grow old (measured, .NET 10 with a hard limit). It is never written to, so it costs no page.
/// </summary>
internal sealed class MemoryReserve
{
    private const int Size = 1 << 20;

    /// <summary>
    /// A shortage mostly lasts longer than a moment, and each try to take the reserve back costs a whole collection.
    /// </summary>
    private static readonly TimeSpan UntilTakenBack = TimeSpan.FromSeconds(10);

    private byte[]? _held = TryTake(Size);
    private Instant _notBefore;

    /// <summary>False if the reserve was given up already.</summary>
    public bool GiveUp(Instant now)
    {
        _notBefore = now + UntilTakenBack;
        if (_held is null)
            return false;
        _held = null;
        GC.Collect();
        return true;
    }

    /// <summary>Takes the reserve back if there is room again; true if it did just now.</summary>
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
