using System.Runtime.ExceptionServices;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Events;

/// <summary>Takes one piece of a descriptor's input: one read, one datagram, one signal.</summary>
/// <returns>Whether there may be another piece now.</returns>
internal delegate bool PieceHandler();

/// <summary>
/// One wait for all descriptors, and a handler for each. A handler never loops: it takes one piece, and this watch alone decides
/// whether it gets another turn. So a descriptor that is written to without end cannot keep PID 1 from the others: each ready
/// descriptor gets one piece a turn, and more only while the whole turn is short. The rest comes again at once, since the epoll is
/// level-triggered.
/// </summary>
internal sealed class DescriptorWatch
{
    /// <summary>So that a burst of datagrams or signals costs one wait instead of one for each.</summary>
    internal const int MostPieces = 16;

    /// <summary>After this time no descriptor has a second piece in the turn.</summary>
    internal static readonly TimeSpan ShortTurn = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);

    private readonly EventPort _port;
    private readonly Dictionary<int, PieceHandler> _handlers = [];
    private readonly Action<Ready> _onReady;
    private PieceHandler? _first;

    /// <summary>
    /// Descriptors that the kernel had no room to watch (ENOMEM; ENOSPC, fs.epoll.max_user_watches): each is tried again.
    /// </summary>
    private readonly Dictionary<int, uint> _refused = [];
    private Instant _end;
    private Exception? _problem;

    private readonly TimeSpan _shortTurn;

    /// <param name="port">The epoll.</param>
    /// <param name="shortTurn">Another time than <see cref="ShortTurn"/>, for tests.</param>
    public DescriptorWatch(EventPort port, TimeSpan? shortTurn = null) =>
        (_port, _onReady, _shortTurn) = (port, OnReady, shortTurn ?? ShortTurn);

    /// <summary>Adds the descriptor that comes before all others if more are ready than one turn takes.</summary>
    public void AddFirst(int descriptor, Source source, PieceHandler handler)
    {
        _first = handler;
        Add(descriptor, source, handler);
    }

    /// <param name="descriptor">Non-blocking.</param>
    /// <param name="source">The kind of descriptor.</param>
    /// <param name="handler">Takes one piece.</param>
    /// <param name="events">EPOLL* bits.</param>
    public void Add(int descriptor, Source source, PieceHandler handler, uint events = EPOLLIN)
    {
        _ = source;
        _handlers[descriptor] = handler;
        if (_port.Add(descriptor, events).MayPass)
            _refused[descriptor] = events;
    }

    /// <summary>The same for a handler that takes all input, if the length of that input has a limit.</summary>
    public void Add(int descriptor, Source source, Action takeAll, uint events = EPOLLIN) => Add(
        descriptor,
        source,
        () =>
        {
            takeAll();
            return false;
        },
        events);

    /// <summary>To be called before the descriptor is closed.</summary>
    public void Remove(int descriptor)
    {
        Forget(descriptor);
        _port.Remove(descriptor);
    }

    /// <summary>The same for a descriptor that is closed already: the kernel has forgotten it by itself.</summary>
    public void Forget(int descriptor)
    {
        _ = _handlers.Remove(descriptor);
        _ = _refused.Remove(descriptor);
    }

    /// <summary>
    /// Waits until a descriptor is ready or the deadline has come, and gives every ready descriptor its turn. An exception of one
    /// handler costs no other handler its turn: the first exception is thrown after the last handler.
    /// </summary>
    public void Wait(Instant due)
    {
        _port.Wait(_refused.Count == 0 ? due : Instant.Earlier(due, MonotonicClock.Now + AskAgain));
        foreach (var (descriptor, events) in _refused)
            if (!_port.Add(descriptor, events).MayPass)
                _ = _refused.Remove(descriptor);
        _end = MonotonicClock.Now + _shortTurn;
        if (_port.IsFull && _first is { } first)
            Take(first);
        _port.ForEach(_onReady);
        if (_problem is { } problem)
        {
            _problem = null;
            ExceptionDispatchInfo.Throw(problem);
        }
    }

    private void OnReady(Ready ready)
    {
        if (_handlers.TryGetValue(ready.Descriptor, out var handler))
            Take(handler);
    }

    private void Take(PieceHandler handler)
    {
#pragma warning disable CA1031 // Every exception is thrown again when the other handlers have had their turn.
        try
        {
            for (var pieces = 0; pieces < MostPieces; pieces++)
                if (!handler() || MonotonicClock.Now >= _end)
                    return;
        }
        catch (Exception problem)
        {
            _problem ??= problem;
        }
#pragma warning restore CA1031
    }
}
