namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// What /proc/[pid]/status (<c>man 5 proc</c>, since Linux 4.5) says a process has in memory, in bytes. The kernel reads counters for
/// it and takes no lock; smaps_rollup, which has PSS, waits for whoever changes the memory map, for ever where that one waits
/// for a file system.
/// </summary>
/// <param name="Anonymous">Its own, and what it shares with those it forked and neither has written to since.</param>
/// <param name="SharedMemory">Shared memory and what is mapped of a tmpfs.</param>
/// <param name="Files">Programs, libraries and other mapped files.</param>
public readonly record struct ResidentMemory(long Anonymous, long SharedMemory, long Files)
{
    /// <summary>False where the file has no such lines: an older kernel, a process without memory, a text that was cut.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, out ResidentMemory memory)
    {
        memory = default;
        if (Bytes(file, "RssAnon") is not { } anonymous || Bytes(file, "RssShmem") is not { } shared ||
            Bytes(file, "RssFile") is not { } files)
            return false;
        memory = new ResidentMemory(anonymous, shared, files);
        return true;
    }

    private static long? Bytes(ReadOnlySpan<byte> file, string name) =>
        NamedFields.Number(file, name) is { } kibibytes and <= long.MaxValue / 1024 ? kibibytes * 1024 : null;
}
