namespace MetaMcp.Init.Core.Membership;

/// <summary>What the processes of a run use, measured by looking at each.</summary>
/// <param name="Run">The run's number.</param>
/// <param name="Memory">
/// In bytes. At a rough look the sum of what is resident, which counts shared pages for each that shares them and so is never
/// less than what is used; at a close look PSS, or where that could not be had in time (<paramref name="IsEstimate"/>) what is
/// private or shared memory of each and of what files back the largest once.
/// </param>
/// <param name="Tasks">Threads, as <c>pids.max</c> counts.</param>
/// <param name="IsEstimate">Whether a close look could not get PSS of all of it.</param>
public sealed record RunUsage(long Run, long Memory, int Tasks, bool IsEstimate = false);
