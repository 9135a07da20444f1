using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// The deadlines of a fixed number of owners, each with one or none: an indexed binary heap, so that setting, clearing and
/// finding the earliest cost the logarithm of their number and nothing is left behind by a deadline that was moved.
/// </summary>
public sealed class DeadlineHeap
{
    private readonly Instant[] due;
    private readonly int[] heap;
    private readonly int[] position;
    private int count;

    public DeadlineHeap(int owners)
    {
        due = new Instant[owners];
        heap = new int[owners];
        position = new int[owners];
        Array.Fill(position, -1);
        Array.Fill(due, Instant.Never);
    }

    /// <summary>The earliest deadline, or <see cref="Instant.Never"/>.</summary>
    public Instant Earliest => count == 0 ? Instant.Never : due[heap[0]];

    /// <summary>Gives an owner its deadline; <see cref="Instant.Never"/> takes it away.</summary>
    public void Set(int owner, Instant at)
    {
        due[owner] = at;
        if (at == Instant.Never)
        {
            Remove(owner);
            return;
        }
        if (position[owner] < 0)
            Place(count++, owner);
        SiftUp(position[owner]);
        SiftDown(position[owner]);
    }

    /// <summary>Takes the owner of the earliest deadline that has come, with its deadline; -1 where none has.</summary>
    public int TakeDue(Instant now)
    {
        if (count == 0 || due[heap[0]] > now)
            return -1;
        var owner = heap[0];
        Set(owner, Instant.Never);
        return owner;
    }

    private void Remove(int owner)
    {
        var at = position[owner];
        if (at < 0)
            return;
        position[owner] = -1;
        count--;
        if (at == count)
            return;
        Place(at, heap[count]);
        SiftUp(at);
        SiftDown(at);
    }

    private void SiftUp(int at)
    {
        while (at > 0 && due[heap[at]] < due[heap[(at - 1) / 2]])
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
            for (var child = (2 * at) + 1; child <= (2 * at) + 2 && child < count; child++)
                if (due[heap[child]] < due[heap[least]])
                    least = child;
            if (least == at)
                return;
            Swap(at, least);
            at = least;
        }
    }

    private void Swap(int a, int b)
    {
        var owner = heap[a];
        Place(a, heap[b]);
        Place(b, owner);
    }

    private void Place(int at, int owner)
    {
        heap[at] = owner;
        position[owner] = at;
    }
}
