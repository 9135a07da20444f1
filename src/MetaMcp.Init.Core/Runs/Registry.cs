using System.Text;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

public enum EntryKind { Service, Probe, StopCommand, Orphan }

/// <summary>Something that runs, is about to, or is being ended.</summary>
/// <param name="Sequence">Its number, which no other has or had: of a service's run, the run's.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Type">The service's name; of an orphan, its command.</param>
/// <param name="Service">The service's index; -1 for none.</param>
/// <param name="Parent">The number of the run that it is for; 0 for none.</param>
/// <param name="Since">When it was entered.</param>
public sealed record Entry(long Sequence, EntryKind Kind, string Type, int Service, long Parent, Instant Since) : Case
{
    /// <summary>0 before there is a process, and after it was collected: then the number is anybody's.</summary>
    public int Pid { get; internal set; }

    /// <summary>Its place among those of its type.</summary>
    internal int At { get; set; }
}

/// <summary>
/// The one authority over everything that runs: runs of services from the request for a process until nothing is left of them,
/// probes, stop commands, and orphans under cleanup. Each is found by id, by type and by pid in constant time. The id of a service's run is
/// what its processes have in <c>MCP_INIT_INSTANCE</c>, before the token.
/// </summary>
/// <param name="startedAtUnixMilliseconds">Our own start, which tells our ids from those of an earlier life.</param>
public sealed class Registry(long startedAtUnixMilliseconds = 0)
{
    private readonly InstanceIds _ids = new(startedAtUnixMilliseconds);
    private readonly Dictionary<long, Entry> _bySequence = [];
    private readonly Dictionary<int, Entry> _byPid = [];
    private readonly Dictionary<string, List<Entry>> _byType = [];
    private long _last;

    /// <summary>What the next entry will be numbered.</summary>
    public long Next => _last + 1;

    public int Count => _bySequence.Count;

    public IReadOnlyCollection<Entry> Entries => _bySequence.Values;

    public Entry Add(EntryKind kind, string type, int service, long parent, Instant now, int pid = 0)
    {
        var entry = Enter(new Entry(_last + 1, kind, type, service, parent, now));
        _last++;
        if (pid != 0)
            Started(entry, pid);
        return entry;
    }

    /// <summary>A run that goes on and whose entry was lost.</summary>
    public Entry Restore(long sequence, string type, int service, Instant now) =>
        Enter(new Entry(sequence, EntryKind.Service, type, service, 0, now));

    /// <summary>Whole or not at all: what memory there is room for is taken first.</summary>
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

    /// <summary>Its process was collected: the pid is free for others.</summary>
    public void Collected(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _ = _byPid.Remove(entry.Pid);
        entry.Pid = 0;
    }

    /// <summary>Nothing is left of it.</summary>
    public void Remove(Entry entry)
    {
        Collected(entry);
        if (!_bySequence.Remove(entry.Sequence))
            return;
        if (!_byType.TryGetValue(entry.Type, out var alike))
            return;
        // The last one takes its place: however many of a type there are, one goes in no time.
        alike[entry.At] = alike[^1];
        alike[entry.At].At = entry.At;
        alike.RemoveAt(alike.Count - 1);
        if (alike.Count == 0)
            _ = _byType.Remove(entry.Type);
    }

    public Entry? Find(long sequence) => _bySequence.GetValueOrDefault(sequence);

    public Entry? Find(string id) => Find(_ids.SequenceOf(Encoding.UTF8.GetBytes(id)));

    public Entry? FindByPid(int pid) => _byPid.GetValueOrDefault(pid);

    /// <summary>In no order.</summary>
    public IReadOnlyList<Entry> OfType(string type) => _byType.TryGetValue(type, out var alike) ? alike : [];

    public string IdOf(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _ids.Of(entry.Sequence);
    }
}
