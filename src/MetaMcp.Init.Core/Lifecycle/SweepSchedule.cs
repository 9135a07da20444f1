using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>
/// When the kernel is asked what there is. A process that loses its parent is given to us without a word, so somebody has to look: not by
/// the clock, but a while after something has ended, which is when there can be something to find.
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

    /// <summary>A look is wanted at that time, and not sooner than a second from now.</summary>
    public void NotAfter(Instant wanted)
    {
        if (wanted != Instant.Never)
            Due = Instant.Earlier(Due, Instant.Later(wanted, response.Now + ShortestUnswept));
    }

    public void Swept() => Due = Instant.Never;
}
