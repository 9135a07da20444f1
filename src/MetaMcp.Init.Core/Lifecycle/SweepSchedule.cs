using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>
/// When to compare with the kernel. PID 1 is not told when it becomes the parent of a process, so it has to look for such processes: not
/// by the clock, but some time after a process has ended, since only then can there be new ones.
/// </summary>
internal sealed class SweepSchedule(Response response, ServiceTable services, Phases phases)
{
    private static readonly TimeSpan LongestUnswept = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestUnswept = TimeSpan.FromSeconds(1);

    public Instant Due { get; private set; } = Instant.Never;

    public void Soon()
    {
        if (phases.IsEnding || Due != Instant.Never)
            return;
        var grace = services.Plan.Settings.Init.OrphanGrace;
        Due = response.Now + (grace > LongestUnswept ? LongestUnswept : grace < ShortestUnswept ? ShortestUnswept : grace);
    }

    /// <summary>Requests a sweep at that time, but not sooner than a second from now.</summary>
    public void NotAfter(Instant wanted)
    {
        if (wanted != Instant.Never)
            Due = Instant.Earlier(Due, Instant.Later(wanted, response.Now + ShortestUnswept));
    }

    public void Swept() => Due = Instant.Never;
}
