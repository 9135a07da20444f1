using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>
/// What probes write while they run: the last line of it is why one has failed. After each read of an output, which is bounded, it has a
/// pause: a probe that writes without end waits for us in its own time, and costs PID 1 next to none.
/// </summary>
/// <param name="watch">Calls back when a descriptor can be read.</param>
/// <param name="unwatch">No more; called before it is closed.</param>
internal sealed unsafe class ProbeOutputs(Action<int, Action> watch, Action<int> unwatch)
{
    private const int PieceLength = 4096;

    /// <summary>A pipe full.</summary>
    private const int PiecesPerTurn = 16;

    /// <summary>A megabyte of output takes a probe 0.8 s.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<int, ProbeOutput> _outputs = [];

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <param name="pid">Of the probe, which has not been collected.</param>
    /// <param name="descriptor">The reading end of what it writes to, non-blocking; ours from now on. -1 where none was to be had.</param>
    public void Follow(int pid, int descriptor)
    {
        if (descriptor < 0)
            return;
        var output = new ProbeOutput(descriptor);
        _outputs[pid] = output;
        Resume(output);
    }

    /// <summary>The pauses that are over end.</summary>
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
    /// A child was collected. The last line that it wrote; null where it wrote none or was no probe. Processes that still hold the pipe
    /// open are not waited for.
    /// </summary>
    public string? TakeCollected(int pid)
    {
        if (!_outputs.Remove(pid, out var output))
            return null;
        try
        {
            if (output.Descriptor >= 0)
                _ = TakeSome(output);
            return output.Last.Text;
        }
        finally
        {
            Close(output);
        }
    }

    private void Resume(ProbeOutput output)
    {
        output.IsPaused = false;
        watch(output.Descriptor, () => Read(output));
    }

    private void Read(ProbeOutput output)
    {
        if (output.IsPaused || output.Descriptor < 0)
            return;
        if (!TakeSome(output))
        {
            Close(output);
            return;
        }
        unwatch(output.Descriptor);
        output.IsPaused = true;
        Due = Instant.Earlier(Due, MonotonicClock.Now + Pause);
    }

    /// <summary>False where that was the end.</summary>
    private static bool TakeSome(ProbeOutput output)
    {
        var piece = stackalloc byte[PieceLength];
        for (var turn = 0; turn < PiecesPerTurn; turn++)
        {
            var count = read(output.Descriptor, piece, PieceLength);
            if (count <= 0)
                return count != 0;
            output.Last.Add(new ReadOnlySpan<byte>(piece, (int)count));
        }
        return true;
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

        public LastLine Last { get; } = new();
    }
}
