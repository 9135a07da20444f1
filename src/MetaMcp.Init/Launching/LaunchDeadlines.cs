using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Launching;

/// <summary>
/// The launches that are due at some time: those without a place, and those whose frames are paused. Running servers, of which there may
/// be many, are not among them.
/// </summary>
internal sealed class LaunchDeadlines
{
    private readonly HashSet<LaunchConnection> _due = [];

    /// <summary>The next of all.</summary>
    public Instant Earliest
    {
        get
        {
            var earliest = Instant.Never;
            foreach (var launch in _due)
                earliest = Instant.Earlier(earliest, launch.Due);
            return earliest;
        }
    }

    /// <summary>Reserves room for one more launch, so that its deadline can always be set.</summary>
    public void Reserve() => _ = _due.EnsureCapacity(_due.Count + 1);

    public void Changed(LaunchConnection launch)
    {
        if (launch.Due == Instant.Never)
            _ = _due.Remove(launch);
        else
            _ = _due.Add(launch);
    }

    /// <summary>Adds those whose time has come.</summary>
    public void AddPassed(Instant now, List<LaunchConnection> passed)
    {
        foreach (var launch in _due)
            if (launch.Due <= now)
                passed.Add(launch);
    }
}
