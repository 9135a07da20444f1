using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Sockets;

namespace MetaMcp.Init.Control;

/// <summary>The connection of one operator's client.</summary>
/// <param name="id">Its number, which no other one has or had.</param>
/// <param name="deadlines">Knows the clients that are due at some time.</param>
internal sealed class ControlConnection(long id, ClientDeadlines deadlines) : Client(id, deadlines)
{
    /// <summary>A client that asks nothing for so long is dropped.</summary>
    public static readonly TimeSpan ToAsk = TimeSpan.FromSeconds(60);

    /// <summary>It came through the socket for full rights, and its user has them.</summary>
    public bool MayAct { get; set; }

    /// <summary>It is our own <c>serve</c>.</summary>
    public bool IsOwn { get; set; }

    /// <summary>Its answers may take a part of PID 1's time only.</summary>
    public bool HasBudget => !MayAct && !IsOwn;

    /// <summary>Its user has had its part of PID 1's time: nothing of it is read for a while.</summary>
    public bool IsResting { get; set; }

    /// <summary>It follows <c>logs</c>, and not <c>events</c>.</summary>
    public bool FollowsLogs { get; set; }

    /// <summary>The rest of the answer; null if none is under way.</summary>
    public IEnumerator<StatusRow?>? Answer { get; set; }

    /// <summary>A request that waits until the budget of its user allows an answer.</summary>
    public ControlRequest? Held { get; set; }

    /// <summary>The supervisor has the request, and its answer comes later.</summary>
    public bool IsAwaiting { get; set; }

    /// <summary>All rows that there are have been sent, and more come when something happens.</summary>
    public bool IsFollowing { get; set; }

    /// <summary>Whether its request waits for something else than its connection.</summary>
    public bool IsWaiting => Held is not null || IsAwaiting;

    /// <summary>Whether a request of it is under way, or its last rows wait for it to read, so that no other one is read.</summary>
    public bool IsBusy => Answer is not null || IsWaiting || Output.IsBlocked;
}
