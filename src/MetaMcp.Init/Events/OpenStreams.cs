using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Output;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Events;

/// <summary>
/// The outputs of services that are still open: the main process, or a process that it left behind, holds the writing end.
/// </summary>
internal sealed class OpenStreams(DescriptorWatch watch)
{
    private readonly HashSet<ServiceStream> _open = [];

    /// <summary>Streams that have dropped lines, and report the count when their time has come.</summary>
    private readonly HashSet<ServiceStream> _reporting = [];

    /// <summary>When <see cref="Report"/> has something to do.</summary>
    public Instant Due
    {
        get
        {
            var due = Instant.Never;
            foreach (var stream in _reporting)
                due = Instant.Earlier(due, stream.Due ?? Instant.Never);
            return due;
        }
    }

    public void Add(ServiceStream? stream)
    {
        if (stream is not { Fd: >= 0 and var descriptor })
            return;
        _open.Add(stream);
        watch.Add(descriptor, Source.ServiceOutput, () => Took(stream, descriptor, stream.OnReadable(MonotonicClock.Now)));
    }

    public void Report(Instant now)
    {
        foreach (var stream in _reporting)
        {
            if (stream.Due > now)
                continue;
            stream.OnDeadline(now);
            // Removing during the enumeration is allowed since .NET Core 3.0.
            if (stream.Due is null)
                _reporting.Remove(stream);
        }
    }

    /// <summary>
    /// Reads the output that a process wrote before it ended, so that it comes before the message of its end. A grandchild may still
    /// hold the stream open.
    /// </summary>
    public void LastWords(ServiceStream? stream)
    {
        if (stream is { Fd: >= 0 and var descriptor })
            Took(stream, descriptor, stream.Drain(MonotonicClock.Now));
    }

    /// <summary>The same for all streams.</summary>
    public void LastWords()
    {
        foreach (var stream in _open)
            LastWords(stream);
    }

    private void Took(ServiceStream stream, int descriptor, StreamTurn turn)
    {
        if (turn == StreamTurn.Ended)
        {
            watch.Forget(descriptor);
            _open.Remove(stream);
        }
        if (stream.Due is null)
            _reporting.Remove(stream);
        else
            _reporting.Add(stream);
    }
}
