using System.Text;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// The one authority over everything that runs: runs of services from the request for a process until none of their processes is left,
/// probes, stop commands, and orphans under cleanup. Each is found by id, by type and by pid in constant time. The processes of a
/// service's run have its id in <c>MCP_INIT_INSTANCE</c>, before the token.
/// </summary>
/// <param name="startedAtUnixMilliseconds">Our own start; it distinguishes our ids from those of an earlier mcp-init.</param>
public sealed class Registry(long startedAtUnixMilliseconds = 0)
{
    private readonly InstanceIds _ids = new(startedAtUnixMilliseconds);
    private readonly Dictionary<long, Entry> _bySequence = [];
    private readonly Dictionary<int, Entry> _byPid = [];
    private readonly Dictionary<string, List<Entry>> _byType = [];
    private long _last;

    /// <summary>The ids of all entries.</summary>
    public InstanceIds Ids => _ids;

    /// <summary>The number of the next entry.</summary>
    public long Next => _last + 1;

    public int Count => _bySequence.Count;

    public IReadOnlyCollection<Entry> Entries => _bySequence.Values;

    public Entry Add(EntryKind kind, string type, RunOwner? owner, long parent, Instant now, int pid = 0)
    {
        var entry = Enter(new Entry(_last + 1, kind, type, owner, parent, now));
        _last++;
        if (pid != 0)
            Started(entry, pid);
        return entry;
    }

    /// <summary>Enters a run again that continues and whose entry was lost.</summary>
    public Entry Restore(long sequence, string type, RunOwner owner, Instant now) =>
        Enter(new Entry(sequence, EntryKind.Run, type, owner, 0, now));

    /// <summary>Enters it wholly or not at all: all memory is allocated before the first change.</summary>
    private Entry Enter(Entry entry)
    {
        if (!_byType.TryGetValue(entry.Type, out var alike))
            alike = [];
        alike.EnsureCapacity(alike.Count + 1);
        _bySequence.EnsureCapacity(_bySequence.Count + 1);
        _byPid.EnsureCapacity(_bySequence.Count + 1);
        _byType[entry.Type] = alike;
        _bySequence.Add(entry.Sequence, entry);
        entry.At = alike.Count;
        alike.Add(entry);
        return entry;
    }

    public void Started(Entry entry, int pid)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _byPid[pid] = entry;
        entry.Pid = pid;
    }

    /// <summary>
    /// Its process was collected: the kernel may give the pid to another process. If the process was not our child, the pid may already
    /// be that of another entry.
    /// </summary>
    public void Collected(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (_byPid.TryGetValue(entry.Pid, out var holder) && ReferenceEquals(holder, entry))
            _ = _byPid.Remove(entry.Pid);
        entry.Pid = 0;
    }

    /// <summary>None of its processes is left.</summary>
    public void Remove(Entry entry)
    {
        Collected(entry);
        if (!_bySequence.Remove(entry.Sequence))
            return;
        if (!_byType.TryGetValue(entry.Type, out var alike))
            return;
        // The last entry of the type takes its place, so that a removal takes constant time however many entries a type has.
        alike[entry.At] = alike[^1];
        alike[entry.At].At = entry.At;
        alike.RemoveAt(alike.Count - 1);
        if (alike.Count == 0)
            _ = _byType.Remove(entry.Type);
    }

    public Entry? Find(long sequence) => _bySequence.GetValueOrDefault(sequence);

    public Entry? Find(string id) => Find(_ids.SequenceOf(Encoding.UTF8.GetBytes(id)));

    public Entry? FindByPid(int pid) => _byPid.GetValueOrDefault(pid);

    /// <summary>The entries of a type, in no order.</summary>
    public IReadOnlyList<Entry> OfType(string type) => _byType.TryGetValue(type, out var alike) ? alike : [];

    public string IdOf(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _ids.Of(entry.Sequence);
    }
}
