namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// The resident memory of a process in bytes, from /proc/[pid]/status (<c>man 5 proc</c>, since Linux 4.5). The kernel reads counters
/// for it and takes no lock. smaps_rollup, which has PSS, waits while any thread changes the memory map, and for ever if that thread
/// waits for a file system that hangs.
/// </summary>
/// <param name="Anonymous">Its own memory, and pages that it still shares with processes it forked.</param>
/// <param name="SharedMemory">Shared memory and mapped files of a tmpfs.</param>
/// <param name="Files">Programs, libraries and other mapped files.</param>
public readonly record struct ResidentMemory(long Anonymous, long SharedMemory, long Files)
{
    /// <summary>False if the file has no such lines: an older kernel, a process without memory, a text that was cut.</summary>
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
