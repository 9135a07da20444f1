using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>The runs that were ended for a limit and still have processes, each with the time at which it was ended.</summary>
internal sealed class EndedRuns(Response response)
{
    private readonly Dictionary<long, Instant> _ended = [];

    /// <summary>The time at which the last of them was over; null if there was none.</summary>
    public Instant? ReturnedAt { get; private set; }

    public IReadOnlyDictionary<long, Instant> All => _ended;

    public void Add(long run) => _ended[run] = response.Now;

    /// <summary>The run is over.</summary>
    public void Forget(long run)
    {
        if (_ended.Remove(run))
            ReturnedAt = response.Now;
    }
}
