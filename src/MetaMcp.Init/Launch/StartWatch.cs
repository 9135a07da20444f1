using System.Text;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launch;

/// <summary>
/// Notices that a package runner has started the server proper: one of its descendants has the client's stdin. What it runs meanwhile,
/// such as the scripts of an installation, has another.
/// </summary>
internal sealed unsafe class StartWatch
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>A runner that becomes the server itself shows no descendant: other starts must not wait for it for ever.</summary>
    private static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(5);

    private readonly ServerTree _tree;
    private readonly Instant _end;
    private TimeSpan _interval = First;

    public StartWatch(ServerTree tree)
    {
        _tree = tree;
        _end = MonotonicClock.Now + GiveUp;
        Due = MonotonicClock.Now + First;
    }

    /// <summary>The time of the next look; never after the start.</summary>
    public Instant Due { get; private set; }

    public bool IsStarted { get; private set; }

    public void Look()
    {
        IsStarted = HasServer() || MonotonicClock.Now >= _end;
        if (_interval < Longest)
            _interval *= 1.5;
        Due = IsStarted ? Instant.Never : MonotonicClock.Now + _interval;
    }

    private bool HasServer()
    {
        // Without the list of children nothing can be seen.
        if (_tree.Look() is not { } pids)
            return true;
        var ours = StdinOf("self");
        for (var i = 1; i < pids.Count; i++)
            if (ours is not null && StdinOf($"{pids[i]}") == ours)
                return true;
        return false;
    }

    /// <summary>The identity of the file; null if the process is gone.</summary>
    private static (uint Major, uint Minor, ulong Inode)? StdinOf(string process)
    {
        var path = Encoding.ASCII.GetBytes($"/proc/{process}/fd/0\0");
        statx status;
        fixed (byte* name = path)
        {
            if (get_statx(AT_FDCWD, name, 0, STATX_INO, &status) != 0)
                return null;
        }
        return (status.stx_dev_major, status.stx_dev_minor, status.stx_ino);
    }
}
