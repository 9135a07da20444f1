using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>
/// The list of our children, thousands of which need not be read again for those that came since: the kernel puts new ones last, and a
/// child leaves the list when we collect it and at no other time. So what is new stands behind the text of those that were listed and are
/// there still. The kernel makes the text before it all the same, but in one walk, and not in one for each page of it.
/// </summary>
internal sealed class ChildList
{
    /// <summary>More are not remembered, and are read as a whole each time.</summary>
    private const int Most = 1 << 16;

    private readonly int _thread;
    private readonly HashSet<int> _listed = [];
    private readonly Action<int> _takeNew;
    private readonly Action<int> _takeAny;
    private Action<int> _action = _ => { };
    private long _length;
    private bool _isInOrder;
    private bool _isWrong;

    /// <param name="thread">The one that starts and adopts: the first.</param>
    public ChildList(int thread) => (_thread, _takeNew, _takeAny) = (thread, TakeNew, TakeAny);

    /// <summary>Calls with each child; false where they cannot be read.</summary>
    public bool ForEach(Action<int> action)
    {
        _listed.Clear();
        (_isInOrder, _isWrong, _length, _action) = (false, false, 0, action);
        var isRead = ChildrenFile.ForEach(getpid(), _thread, _takeAny);
        // Also where there was no memory on the way it is not.
        _isInOrder = isRead && !_isWrong;
        return isRead;
    }

    /// <summary>
    /// Calls with each child that no call has had before, or with all where that cannot be told; false where they cannot be read.
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
        // One that was listed stands before, where the position is right.
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
