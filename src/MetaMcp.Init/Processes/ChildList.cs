using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>
/// The list of our children. With thousands of them, only those that are new since the last reading need to be read: the kernel puts
/// new children last, and a child leaves the list only when we collect it. So new children stand behind the text of those that were
/// listed and are still there. The kernel still makes the text before them, but in one walk instead of one for each page.
/// </summary>
internal sealed class ChildList
{
    /// <summary>With more children than this the whole list is read each time.</summary>
    private const int Most = 1 << 16;

    private readonly int _thread;
    private readonly HashSet<int> _listed = [];
    private readonly Action<int> _takeNew;
    private readonly Action<int> _takeAny;
    private Action<int> _action = _ => { };
    private long _length;
    private bool _isInOrder;
    private bool _isWrong;

    /// <param name="thread">The thread that starts and adopts children: the first.</param>
    public ChildList(int thread) => (_thread, _takeNew, _takeAny) = (thread, TakeNew, TakeAny);

    /// <summary>Calls with each child; false if the list cannot be read.</summary>
    public bool ForEach(Action<int> action)
    {
        _listed.Clear();
        (_isInOrder, _isWrong, _length, _action) = (false, false, 0, action);
        var isRead = ChildrenFile.ForEach(getpid(), _thread, _takeAny);
        // If memory ended on the way the order is not known, so this is set last.
        _isInOrder = isRead && !_isWrong;
        return isRead;
    }

    /// <summary>
    /// Calls with each child that no call has had before, or with all if the new ones are not known; false if the list cannot be
    /// read.
    /// </summary>
    public bool ForEachNew(Action<int> action)
    {
        if (!_isInOrder || _listed.Count == 0)
            return ForEach(action);
        (_isInOrder, _action) = (false, action);
        _isInOrder = ChildrenFile.ForEach(getpid(), _thread, _takeNew, _length) && !_isWrong;
        return _isInOrder || ForEach(action);
    }

    /// <summary>A child was collected, and is in no list any more.</summary>
    public void Collected(int pid)
    {
        if (_listed.Remove(pid))
            _length -= TextOf(pid);
    }

    private static int TextOf(int pid)
    {
        var length = " ".Length + 1;
        for (; pid >= 10; pid /= 10)
            length++;
        return length;
    }

    private void TakeNew(int pid)
    {
        // A child that was listed stands before the position, if the position is right.
        _isWrong |= _listed.Contains(pid);
        TakeAny(pid);
    }

    private void TakeAny(int pid)
    {
        if (_listed.Count < Most && _listed.Add(pid))
            _length += TextOf(pid);
        else
            _isWrong = true;
        _action(pid);
    }
}
