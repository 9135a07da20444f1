using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Sockets;

/// <summary>One client of one of our sockets, as long as PID 1 holds something of it.</summary>
/// <param name="id">Its number, which no other client of the same kind has or had.</param>
/// <param name="deadlines">Knows the clients that are due at some time.</param>
internal abstract class Client(long id, ClientDeadlines deadlines)
{
    public long Id { get; } = id;

    /// <summary>Non-blocking; -1 when it is closed.</summary>
    public int Descriptor { get; set; } = -1;

    /// <summary>The process that connected, and its user, as the kernel noted them then.</summary>
    public ucred Peer { get; set; }

    /// <summary>The time at which the client is late; or at which it is read again, while it is paused.</summary>
    public Instant Due
    {
        get;
        set
        {
            field = value;
            deadlines.Changed(this);
        }
    } = Instant.Never;

    /// <summary>Its lines are not read now, so that many of them cost PID 1 little.</summary>
    public bool IsPaused { get; set; }

    /// <summary>There is more to send: it is called as soon as the connection has room.</summary>
    public bool HasMore { get; set; }

    public LineInput Input { get; } = new();
    public FrameOutput Output { get; } = new();

    /// <summary>Takes one piece of the connection; null until it is watched.</summary>
    public PieceHandler? Ready { get; set; }

    /// <summary>The EPOLL* bits that the descriptor is watched for; 0 for none.</summary>
    public uint Watched { get; set; }
}
