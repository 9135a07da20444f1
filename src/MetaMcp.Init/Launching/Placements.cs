using System.Collections.Immutable;
using System.Globalization;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Placing;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launching;

/// <summary>
/// Moves processes into cgroups, each by a short child (<c>place</c>): the kernel may take some milliseconds for it, which PID 1 must not
/// wait for. The child's exit code is the answer. One that takes too long is killed; its answer is told at once.
/// </summary>
/// <param name="nullDescriptor">The child's outputs.</param>
/// <param name="helpers">Holds the pid of a child until it is collected.</param>
/// <param name="answer">Gets the id that was given, and success or the error; ESRCH if the process has ended.</param>
/// <param name="intruder">Gets a child of ours that was moved in place of a process that had ended, and the cgroup.</param>
internal sealed class Placements(int nullDescriptor, HelperTable helpers, Action<long, Errno> answer, Action<int, string> intruder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<int, Placement> _children = [];

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due
    {
        get
        {
            var due = Instant.Never;
            foreach (var child in _children.Values)
                due = Instant.Earlier(due, child.Late);
            return due;
        }
    }

    /// <summary>Whether a child for this id was started and not collected: the process may still be moved.</summary>
    public bool IsUnderWay(long id)
    {
        foreach (var child in _children.Values)
            if (child.Id == id)
                return true;
        return false;
    }

    /// <param name="id">Any number; given back with the answer.</param>
    /// <param name="directory">The cgroup.</param>
    /// <param name="pid">The process.</param>
    /// <param name="descriptor">Its pidfd.</param>
    public Errno Start(long id, string directory, int pid, int descriptor)
    {
        _ = _children.EnsureCapacity(_children.Count + 1);
        ReadOnlySpan<DescriptorMapping> mappings = [new(descriptor, 0), new(nullDescriptor, 1), new(nullDescriptor, 2)];
        var error = Spawner.SpawnOurselves(
            ["mcp-init", "place", pid.ToString(CultureInfo.InvariantCulture), directory],
            ImmutableSortedDictionary<string, string>.Empty, mappings, out var child);
        if (!error.IsSuccess)
            return error;
        _children.Add(child, new Placement(id, pid, directory, MonotonicClock.Now + Patience));
        helpers.AddReader(child);
        helpers.Add(child, 0);
        return Errno.None;
    }

    /// <summary>Gives up on children that take too long.</summary>
    public void Expire(Instant now)
    {
        foreach (var (pid, child) in _children)
        {
            if (child.Late > now)
                continue;
            // The child was not collected, so the pid is still its own.
            _ = kill(pid, Signal.Kill.Number);
            helpers.Killed(pid);
            answer(child.Id, new Errno(Errno.ETIMEDOUT));
            // .NET Core 3.0 and later allow to set a value during the enumeration.
            _children[pid] = child with { Late = Instant.Never };
        }
    }

    /// <summary>A child was collected; true if it was one of these.</summary>
    public bool TakeCollected(int pid, ExitStatus status)
    {
        if (!_children.TryGetValue(pid, out var child))
            return false;
        if (status.Code == PlaceVerb.Intruder)
            intruder(child.Pid, child.Directory);
        if (child.Late != Instant.Never)
            answer(child.Id, ErrorOf(status));
        _ = _children.Remove(pid);
        return true;
    }

    private static Errno ErrorOf(ExitStatus status) => new(status.Code switch
    {
        PlaceVerb.Intruder => Errno.ESRCH,
        { } code => code,
        // The child was killed, or its runtime had no memory.
        null => Errno.ENOMEM,
    });

    private readonly record struct Placement(long Id, int Pid, string Directory, Instant Late);
}
