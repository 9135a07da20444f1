using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Runs;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launching;

/// <summary>Why a client is turned away before the core hears of it.</summary>
/// <param name="Code">The kind.</param>
/// <param name="Reason">In our own words; null for a client that is gone, to whom nothing can be said.</param>
internal readonly record struct LaunchRefusal(RefusalCode Code, string? Reason);

/// <summary>
/// Asks the kernel about the processes of a client: nothing that the client says of itself is believed. Its /proc files are read only while
/// a pidfd tells that it is still the same process; of these, <c>stat</c>, <c>cgroup</c> and <c>status</c> take no lock of the process.
/// </summary>
internal sealed class LaunchChecks(RunTable runs, LaunchOrigin origin)
{
    /// <summary>A parent that ends meanwhile is followed by the next one.</summary>
    private const int MostParents = 3;

    private static readonly LaunchRefusal Gone = new(RefusalCode.Invalid, null);

    /// <summary>Pins the process that has connected. Null if that went well.</summary>
    public static LaunchRefusal? Pin(LaunchConnection launch)
    {
        if (launch.Peer.pid <= 0)
            return new LaunchRefusal(RefusalCode.Forbidden, "the process is not of this container");
        launch.ShimDescriptor = PinnedProcess.OpenPeer(launch.Descriptor, launch.Peer, out var error);
        return launch.ShimDescriptor >= 0 ? null : RefusalOf(error);
    }

    /// <summary>
    /// Finds the run that the client belongs to, and pins the process that has started it. Null and the request if the client may launch:
    /// root, our own user, and the processes of live runs.
    /// </summary>
    public LaunchRefusal? Identify(LaunchConnection launch, ClientFrame.Launch asked, out LaunchRequest? request)
    {
        request = null;
        var (pid, uid) = (launch.Peer.pid, launch.Peer.uid);
        var error = new Errno(Errno.ESRCH);
        ProcessStat shim = default;
        for (var parent = 0; parent < MostParents && error.Number == Errno.ESRCH; parent++)
        {
            if (!PinnedProcess.TryRead(pid, launch.ShimDescriptor, out shim, out error))
                return RefusalOf(error);
            launch.ClientDescriptor = PinnedProcess.OpenParent(shim, launch.ShimDescriptor, out error);
        }
        if (!error.IsSuccess)
            return RefusalOf(error);
        // We have adopted the shim: its client has ended already, and no end of it would ever be told.
        if (shim.Parent == getpid() && !runs.IsKnown(pid) && runs.FindByMain(shim) is null)
            return Gone;
        var isTrusted = uid == 0 || uid == geteuid();
        var found = origin.RunOf(shim);
        // The result counts if the process was there until now.
        if (PinnedProcess.HasEnded(launch.ShimDescriptor))
            return Gone;
        if (found is null && !isTrusted)
            return new LaunchRefusal(RefusalCode.Shortage, "there are too many requests to find out which service the process belongs to");
        var run = found ?? 0;
        if (run == 0 && !isTrusted)
            return new LaunchRefusal(
                RefusalCode.Forbidden,
                "the process belongs to no service and to no launched server; apart from these only root and the user of mcp-init may " +
                "launch servers");
        request = new LaunchRequest(asked.Name, asked.Package, asked.Program, pid, uid, run, isTrusted);
        return null;
    }

    /// <summary>
    /// The client names the process that is to become the server. Null if that may be; then the process is pinned, or there was no
    /// descriptor for it.
    /// </summary>
    /// <param name="launch">The launch.</param>
    /// <param name="pid">The client's word.</param>
    /// <param name="error">The reason why it could not be pinned.</param>
    /// <returns>The rule that is broken; null for none.</returns>
    public string? Name(LaunchConnection launch, int pid, out Errno error)
    {
        error = Errno.None;
        var isShim = pid == launch.Peer.pid;
        var descriptor = isShim ? launch.ShimDescriptor : PinnedProcess.Open(pid, out error);
        if (error.MayPass)
            return null;
        ProcessStat stat = default;
        var isThere = error.IsSuccess && PinnedProcess.TryRead(pid, descriptor, out stat, out error);
        var isShort = !isThere && error.IsShortage;
        var problem = isShort ? null : isThere ? WhyNot(launch, stat, isShim) : $"there is no process with the pid {pid}";
        error = isShort ? error : Errno.None;
        if (problem is null && !isShort)
            (launch.Main, launch.MainDescriptor) = (PinnedProcess.KeyOf(stat), isShim ? -1 : descriptor);
        else if (!isShim && descriptor >= 0)
            _ = close(descriptor);
        return problem;
    }

    private string? WhyNot(LaunchConnection launch, in ProcessStat named, bool isShim)
    {
        // Behind the look at its parent: the shim was there all the time, so the number is its own.
        if (!isShim && (named.Parent != launch.Peer.pid || PinnedProcess.HasEnded(launch.ShimDescriptor)))
            return $"the process {named.Pid} was not started by the one that asks";
        return runs.IsKnown(named.Pid) || runs.FindByMain(named) is not null
            ? $"the process {named.Pid} is the main process of a service, or of another launch" : null;
    }

    private static LaunchRefusal RefusalOf(Errno error) => error.Number == Errno.ESRCH
        ? Gone : new LaunchRefusal(RefusalCode.Shortage, $"its process cannot be looked at: {error}");
}
