using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Runs;

/// <summary>The number and the names of the processes that a run has left behind, as they are signalled.</summary>
internal static class RestNames
{
    /// <summary>A run may have left thousands: so many are named, in less than a millisecond, and the others only counted.</summary>
    private const int MostRead = 64;

    public static SystemEvent.RestSignalled Of(long run, List<int> pids)
    {
        var names = new List<string>();
        for (var i = 0; i < pids.Count && i < MostRead; i++)
            names.Add(ProcessTable.CommandOf(pids[i]));
        // A run that is signalled has processes: an empty list has another reason, such as a shortage of descriptors.
        return new SystemEvent.RestSignalled(run, pids.Count == 0 ? null : pids.Count, CommandCounts.Of(names, pids.Count));
    }
}
