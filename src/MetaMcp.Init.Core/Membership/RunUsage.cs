namespace MetaMcp.Init.Core.Membership;

/// <summary>The memory and tasks of the processes of a run, measured by looking at each.</summary>
/// <param name="Run">The run's number.</param>
/// <param name="Memory">
/// In bytes. In a rough look the sum of resident memory, which counts a shared page for each process that shares it and so is never
/// less than the memory in use. In a close look PSS; or, if PSS could not be read in time (<paramref name="IsEstimate"/>), the
/// private and shared memory of each process, and the mapped files of the largest one.
/// </param>
/// <param name="Tasks">Threads, as <c>pids.max</c> counts.</param>
/// <param name="IsEstimate">Whether a close look could not read PSS of all processes.</param>
public sealed record RunUsage(long Run, long Memory, int Tasks, bool IsEstimate = false);
