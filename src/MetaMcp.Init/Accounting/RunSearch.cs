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

    private readonly ProcessSnapshot _now = new();
    private readonly List<KnownRun> _runs = [];
    private readonly List<KnownChild> _children = [];
    private readonly Dictionary<string, long> _ids = [];
    private readonly byte[] _environment = new byte[MostEnvironment];
    private int _claims;

    /// <summary>Whether mcp-init was seen: it is not in another PID namespace, and /proc is there.</summary>
    public bool HasFound { get; }

    public RunSearch(StatusDocument status)
    {
        if (!ProcessTable.Read(_now, null, out _).IsSuccess || _now.Find(status.System.Pid) < 0)
            return;
        foreach (var service in status.Services)
            Add(service.Instance, service.Pid, status.System.Pid, isNested: false);
        foreach (var instance in status.Instances)
            Add(instance.Id, instance.Pid, status.System.Pid, isNested: true);
        _ = RunMembership.Assign(
            _now, new ProcessSnapshot(), status.System.Pid, [.. _children], [.. _runs], ClaimOf);
        HasFound = true;
    }

    /// <summary>Adds the processes of a run.</summary>
    /// <param name="id">Its id; null for none.</param>
    /// <param name="pids">Gets the pids.</param>
    public void AddTo(List<int> pids, string? id)
    {
        if (id is null || !_ids.TryGetValue(id, out var run))
            return;
        for (var at = 0; at < _now.Count; at++)
            if (_now[at].Run == run)
                pids.Add(_now[at].Stat.Pid);
    }

    private void Add(string? id, int? pid, int init, bool isNested)
    {
        if (id is null || NumberOf(id) is not (> 0 and var run) || !_ids.TryAdd(id, run))
            return;
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
