using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Helpers;

/// <summary>
/// The outputs of probes while they run: the last line of an output is the reason why its probe failed. After a full pipe was read,
/// or all there was, an output has a pause: so a probe that writes without end waits for us in its own time, and costs PID 1 almost
/// none.
/// </summary>
/// <param name="watch">Calls back when a descriptor can be read.</param>
/// <param name="unwatch">Ends that; called before the descriptor is closed.</param>
internal sealed unsafe class ProbeOutputs(Action<int, PieceHandler> watch, Action<int> unwatch)
{
    /// <summary>The length of one read.</summary>
    internal const int PieceLength = 4096;

    /// <summary>The size of a full pipe.</summary>
    private const int PiecesBeforePause = 16;

    /// <summary>A megabyte of output takes a probe 0.8 s.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<int, ProbeOutput> _outputs = [];

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <param name="pid">The probe, which has not been collected.</param>
    /// <param name="descriptor">The reading end of its output, non-blocking; ours from now on. -1 if there was no pipe.</param>
    public void Follow(int pid, int descriptor)
    {
        if (descriptor < 0)
            return;
        var output = new ProbeOutput(descriptor);
        _outputs[pid] = output;
        Resume(output);
    }

    /// <summary>Reads again the outputs whose pause is over.</summary>
    public void Expire(Instant now)
    {
        if (now < Due)
            return;
        Due = Instant.Never;
        foreach (var output in _outputs.Values)
            if (output is { IsPaused: true, Descriptor: >= 0 })
                Resume(output);
    }

    /// <summary>
    /// A child was collected. Returns the last line that it wrote; null if it wrote none or was no probe. Processes that still hold
    /// the pipe open are not waited for.
    /// </summary>
    public string? TakeCollected(int pid)
    {
        if (!_outputs.Remove(pid, out var output))
            return null;
        try
        {
            for (var pieces = 0; pieces < PiecesBeforePause && output.Descriptor >= 0 && Take(output) > 0; pieces++)
            {
            }
            return output.Last.Text;
        }
        finally
        {
            Close(output);
        }
    }

    private void Resume(ProbeOutput output)
    {
        (output.IsPaused, output.Pieces) = (false, 0);
        watch(output.Descriptor, () => Read(output));
    }

    private bool Read(ProbeOutput output)
    {
        if (output.IsPaused || output.Descriptor < 0)
            return false;
        var count = Take(output);
        if (count > 0 && ++output.Pieces < PiecesBeforePause)
            return true;
        if (count == 0)
        {
            Close(output);
            return false;
        }
        unwatch(output.Descriptor);
        output.IsPaused = true;
        Due = Instant.Earlier(Due, MonotonicClock.Now + Pause);
        return false;
    }

    /// <summary>Reads one piece. Returns its length; 0 at the end; less than 0 if there is no input at present.</summary>
    private static int Take(ProbeOutput output)
    {
        var piece = stackalloc byte[PieceLength];
        var count = (int)read(output.Descriptor, piece, PieceLength);
        if (count > 0)
            output.Last.Add(new ReadOnlySpan<byte>(piece, count));
        return count;
    }

    private void Close(ProbeOutput output)
    {
        if (output.Descriptor < 0)
            return;
        if (!output.IsPaused)
            unwatch(output.Descriptor);
        _ = close(output.Descriptor);
        output.Descriptor = -1;
    }

    private sealed class ProbeOutput(int descriptor)
    {
        public int Descriptor { get; set; } = descriptor;

        public bool IsPaused { get; set; }

        /// <summary>The number of pieces read since the last pause.</summary>
        public int Pieces { get; set; }

        public LastLine Last { get; } = new();
    }
}
