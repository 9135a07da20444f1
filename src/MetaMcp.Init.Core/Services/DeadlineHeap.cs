using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// The deadlines of a number of owners, at most one each: an indexed binary heap, so that setting, clearing and finding the earliest
/// deadline take logarithmic time, and a deadline that was moved leaves no entry behind.
/// </summary>
public sealed class DeadlineHeap
{
    private Instant[] _due;
    private int[] _heap;
    private int[] _position;
    private int _count;

    public DeadlineHeap(int owners)
    {
        _due = new Instant[owners];
        _heap = new int[owners];
        _position = new int[owners];
        Array.Fill(_position, -1);
        Array.Fill(_due, Instant.Never);
    }

    /// <summary>The earliest deadline, or <see cref="Instant.Never"/>.</summary>
    public Instant Earliest => _count == 0 ? Instant.Never : _due[_heap[0]];

    /// <summary>Makes room for more owners.</summary>
    public void Grow(int owners)
    {
        // <c>_position</c> is the last array to be grown. If memory ran out half-way, its length still tells that all of this has to be
        // done again.
        var before = _position.Length;
        Array.Resize(ref _due, owners);
        Array.Resize(ref _heap, owners);
        Array.Resize(ref _position, owners);
        Array.Fill(_position, -1, before, owners - before);
        Array.Fill(_due, Instant.Never, before, owners - before);
    }

    /// <summary>Sets the deadline of an owner; <see cref="Instant.Never"/> removes it.</summary>
    public void Set(int owner, Instant at)
    {
        _due[owner] = at;
        if (at == Instant.Never)
        {
            Remove(owner);
            return;
        }
        if (_position[owner] < 0)
            Place(_count++, owner);
        SiftUp(_position[owner]);
        SiftDown(_position[owner]);
    }

    /// <summary>Removes the earliest deadline that has come and returns its owner; -1 if none has come.</summary>
    public int TakeDue(Instant now)
    {
        if (_count == 0 || _due[_heap[0]] > now)
            return -1;
        var owner = _heap[0];
        Set(owner, Instant.Never);
        return owner;
    }

    private void Remove(int owner)
    {
        var at = _position[owner];
        if (at < 0)
            return;
        _position[owner] = -1;
        _count--;
        if (at == _count)
            return;
        Place(at, _heap[_count]);
        SiftUp(at);
        SiftDown(at);
    }

    private void SiftUp(int at)
    {
        while (at > 0 && _due[_heap[at]] < _due[_heap[(at - 1) / 2]])
        {
            Swap(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }

    private void SiftDown(int at)
    {
        while (true)
        {
            var least = at;
            for (var child = (2 * at) + 1; child <= (2 * at) + 2 && child < _count; child++)
                if (_due[_heap[child]] < _due[_heap[least]])
                    least = child;
            if (least == at)
                return;
            Swap(at, least);
            at = least;
        }
    }

    private void Swap(int a, int b)
    {
        var owner = _heap[a];
        Place(a, _heap[b]);
        Place(b, owner);
    }

    private void Place(int at, int owner)
    {
        _heap[at] = owner;
        _position[owner] = at;
    }
}
