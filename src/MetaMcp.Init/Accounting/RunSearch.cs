using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Accounting;

/// <summary>
/// The processes of each run where there are no cgroups, by the rules of PID 1 itself (<see cref="RunMembership"/>): ancestry, session,
/// group, and the run that a process names in its environment. The one difference: the asker cannot check the token of such a name.
/// </summary>
internal sealed class RunSearch
{
    /// <summary>The variable is among the first that mcp-init sets; of a longer environment only this much is searched.</summary>
    private const int MostEnvironment = 1 << 16;

    /// <summary>One look reads at most this many environments.</summary>
    private const int MostClaims = 256;

    private readonly ProcessScan _scan;
    private readonly ProcessSnapshot _now;
    private readonly List<KnownRun> _runs = [];
    private readonly List<KnownChild> _children = [];
    private readonly Dictionary<string, long> _ids = [];
    private readonly Dictionary<long, List<ProcessFigures>> _found = [];
    private readonly HashSet<long> _launchers = [];
    private byte[]? _environment;
    private int _claims;

    /// <param name="status">The rows of PID 1.</param>
    /// <param name="scan">The processes, if they have been read.</param>
    public RunSearch(StatusDocument status, ProcessScan? scan = null)
    {
        _scan = scan ?? ProcessScan.Now();
        _now = _scan.Snapshot;
        if (_now.Find(status.System.Pid) < 0)
            return;
        foreach (var service in status.Services)
            Add(service.Instance, service.Pid, status.System.Pid, isNested: false, service.HasLaunched);
        foreach (var instance in status.Instances)
            Add(instance.Id, instance.Pid, status.System.Pid, isNested: true, instance.HasLaunched);
        _ = RunMembership.Assign(
            _now, new ProcessSnapshot(), status.System.Pid, [.. _children], [.. _runs], ClaimOf);
        for (var at = 0; at < _now.Count; at++)
            if (_now[at].Run is > 0 and var run)
                Found(run).Add(FiguresOf(_now[at].Stat.Pid, run));
    }

    /// <summary>The processes of a run; none if it has none, or mcp-init was not seen: it is in another PID namespace.</summary>
    /// <param name="id">The id of the run; null for none.</param>
    public List<ProcessFigures> Of(string? id) => id is not null && _ids.TryGetValue(id, out var run) ? Found(run) : [];

    /// <summary>
    /// Of a run that launches servers each process by itself: a server that has ended was collected by its guard, and the guard by the
    /// process that began it, whose times then have those of the server, which was a run of its own.
    /// </summary>
    private ProcessFigures FiguresOf(int pid, long run) =>
        _launchers.Contains(run) ? _scan.Of(pid) with { Times = _scan.Of(pid).OwnTimes } : _scan.Of(pid);

    private List<ProcessFigures> Found(long run)
    {
        if (!_found.TryGetValue(run, out var found))
            _found[run] = found = [];
        return found;
    }

    private void Add(string? id, int? pid, int init, bool isNested, bool hasLaunched)
    {
        if (id is null || NumberOf(id) is not (> 0 and var run) || !_ids.TryAdd(id, run))
            return;
        if (hasLaunched)
            _ = _launchers.Add(run);
        ProcessKey? root = null;
        if (pid is { } main && _now.Find(main) is >= 0 and var at)
        {
            root = new ProcessKey(main, _now[at].Stat.StartTime);
            if (_now[at].Stat.Parent == init)
                _children.Add(new KnownChild(main, run));
        }
        _runs.Add(new KnownRun(run, pid ?? 0) { Root = root, IsNested = isNested });
    }

    /// <summary>The last part of an id is a number that rises from run to run.</summary>
    private static long NumberOf(string id) =>
        long.TryParse(id.AsSpan(id.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private RunClaim ClaimOf(int pid)
    {
        if (++_claims > MostClaims || ProcessTable.IsBlocked(pid))
            return default;
        _environment ??= new byte[MostEnvironment];
        var length = EnvironmentFile.Read(pid, _environment);
        var value = Environ.Find(_environment.AsSpan(0, length), "MCP_INIT_INSTANCE="u8);
        foreach (var range in value.Split((byte)','))
        {
            // An id, a hyphen and the token.
            var name = value[range];
            var token = name.LastIndexOf((byte)'-');
            if (token > 0 && _ids.TryGetValue(Encoding.Latin1.GetString(name[..token]), out var run))
                return new RunClaim(run);
        }
        return default;
    }
}
