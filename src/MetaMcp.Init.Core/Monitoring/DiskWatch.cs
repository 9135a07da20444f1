using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>
/// How full the disks of <c>disk</c> in [limits] are. Each is read every 15 seconds; no file system reports that it fills up. A disk that
/// passes <c>disk_warning</c> is reported once, and once when it is five percent below again; a disk that cannot be read is reported once,
/// with the reason. Nothing else follows: mcp-init deletes no file.
/// </summary>
internal sealed class DiskWatch : IServiceWatch
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>The first look leaves the processor to services that start.</summary>
    public static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1);

    /// <summary>Percent below the threshold; so a disk that hovers at the threshold is reported once.</summary>
    private const int Hysteresis = 5;

    private readonly Response _response;
    private Plan _plan;
    private bool _hasEnded;

    /// <summary>The paths of the file in force, and what is known of each.</summary>
    private ImmutableArray<string> _paths = [];
    private Disk[] _disks = [];

    public DiskWatch(Response response, Plan plan, Instant startedAt)
    {
        (_response, _plan) = (response, plan);
        Follow(startedAt);
    }

    /// <summary>When the next look is due.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>The disks that are watched, in the order of the file.</summary>
    public ImmutableArray<DiskRow> Rows => [.. _disks.Select((disk, at) => new DiskRow(_paths[at])
    {
        State = disk.State,
        Size = disk.Space?.Size,
        Available = disk.Space?.Available,
        UsedPercent = disk.Space?.UsedPercent,
        Problem = disk.Space is null ? disk.Problem ?? "not read yet" : null,
    })];

    public void Look()
    {
        _response.Add(new Effect.ReadDisks(_paths));
        Due = _response.Now + Interval;
    }

    public void Heard(SystemEvent.DisksRead read)
    {
        if (_hasEnded)
            return;
        // If memory ends half-way, the event is handled again: nothing has changed before all is told.
        Disk[] next = [.. _disks];
        foreach (var reading in read.Disks)
            // A disk that another file does not have any more is not among the paths.
            if (_paths.IndexOf(reading.Path) is >= 0 and var at)
                next[at] = reading.Space is { } space ? Known(next[at], reading.Path, space) : Unknown(next[at], reading);
        _disks = next;
    }

    /// <summary>Disks are no services.</summary>
    public void Changed(int service, ServiceState before, ServiceState after, Instant now)
    {
    }

    public void PutInForce(Plan plan, ServiceState[] states, Instant now)
    {
        if (ReferenceEquals(plan, _plan))
            return;
        _plan = plan;
        Follow(now);
    }

    /// <summary>No run is remembered here.</summary>
    public void Forget(long run)
    {
    }

    /// <summary>Nothing is read any more.</summary>
    public void End() => (Due, _hasEnded) = (Instant.Never, true);

    /// <summary>Watches the disks of the plan. What is known of those that were watched before stays; the others are forgotten.</summary>
    private void Follow(Instant now)
    {
        var limits = _plan.Settings.Limits;
        ImmutableArray<string> paths = limits.Monitoring ? limits.Disk : [];
        Disk[] disks = [.. paths.Select(path => _paths.IndexOf(path) is >= 0 and var at ? _disks[at] : default)];
        (_paths, _disks) = (paths, disks);
        Due = paths.IsEmpty || _hasEnded ? Instant.Never : Instant.Earlier(Due, now + FirstLook);
    }

    private Disk Known(Disk before, string path, DiskSpace space)
    {
        var percent = space.UsedPercent;
        var isHigh = percent >= _plan.Settings.Limits.DiskWarning - (before.IsHigh ? Hysteresis : 0);
        if (isHigh != before.IsHigh || before.Problem is not null)
        {
            var (used, size, free) = (new ByteSize(space.Used), new ByteSize(space.Size), new ByteSize(space.Available));
            _response.Tell(
                isHigh ? Notices.DiskHigh.Of(path, percent, used, size, free) : Notices.DiskNormal.Of(path, percent, used, size, free));
        }
        return new Disk(isHigh, Problem: null, space);
    }

    private Disk Unknown(Disk before, DiskReading reading)
    {
        if (before.Problem is null)
            _response.Tell(Notices.DiskUnknown.Of(reading.Path, reading.Problem));
        return before with { Problem = reading.Problem ?? "", Space = null };
    }

    /// <param name="IsHigh">It was reported as too full; while nothing is known of it, that still holds.</param>
    /// <param name="Problem">Why the last look could not read it, which was reported; else null.</param>
    /// <param name="Space">Of the last look; null before the first.</param>
    private readonly record struct Disk(bool IsHigh, string? Problem, DiskSpace? Space)
    {
        public DiskState State => Space is null ? DiskState.Unknown : IsHigh ? DiskState.High : DiskState.Normal;
    }
}
