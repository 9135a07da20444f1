using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;

namespace MetaMcp.Init.Processes;

/// <summary>
/// Reads the run that a process names in its environment. The kernel reads environ behind the lock of the memory map (ARCHITECTURE),
/// so the environ of a process with a thread in state D is not read.
/// </summary>
internal sealed class ClaimReader(InstanceCookie cookie)
{
    /// <param name="process">The process, as it was read a moment ago.</param>
    /// <param name="claim">The run that it names; none if it names none, or may not be read.</param>
    public Sight Read(in ProcessStat process, out RunClaim claim)
    {
        claim = default;
        // The threads beside the first have files of their own.
        if (process.IsBlocked || (process.Threads > 1 && ProcessTable.IsBlocked(process.Pid)))
            return Sight.Blocked;
        var run = ProcessEnvironment.RunOf(process.Pid, cookie, out var isEmpty, out var error);
        if (run != 0)
            claim = new RunClaim(run, ProcessTable.UserOf(process.Pid, out error));
        if (error.IsShortage)
            return Sight.Shortage;
        return isEmpty ? Sight.Partial : Sight.Whole;
    }

    /// <summary>The same for a process that was not read yet.</summary>
    public RunClaim Read(int pid)
    {
        RunClaim claim = default;
        if (ProcessTable.TryRead(pid, out var stat))
            _ = Read(stat, out claim);
        return claim;
    }
}
