using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>
/// Our own binary as a helper that waits: a pipe is on its descriptor 0, and its read there returns when the other end, which is ours, is
/// written to or closed.
/// </summary>
internal static class WaitingChild
{
    /// <param name="words">The verb and its arguments.</param>
    /// <param name="nullDescriptor">The child's outputs.</param>
    /// <param name="inherited">Descriptors that the child gets from number 3 on.</param>
    /// <param name="isFreeing">Whether the child is to free descriptors, so that it may take those that are kept for such work.</param>
    /// <param name="pid">The pid of the child, if it was started.</param>
    /// <param name="writing">Our end of the pipe; -1 if the child was not started.</param>
    public static Errno Start(
        ImmutableArray<string> words, int nullDescriptor, ReadOnlySpan<int> inherited, bool isFreeing, out int pid, out int writing)
    {
        pid = 0;
        var mappings = new DescriptorMapping[inherited.Length + 3];
        var error = isFreeing ? Pipe.Open(out var reading, out writing) : OpenReserving(out reading, out writing);
        if (!error.IsSuccess)
            return error;
        // The end of the child is to block.
        _ = fcntl(reading, F_SETFL, 0);
        (mappings[0], mappings[1], mappings[2]) = (new(reading, 0), new(nullDescriptor, 1), new(nullDescriptor, 2));
        for (var at = 0; at < inherited.Length; at++)
            mappings[at + 3] = new(inherited[at], at + 3);
        error = Spawner.SpawnOurselves(
            ["mcp-init", .. words], ImmutableSortedDictionary<string, string>.Empty, mappings, out pid);
        _ = close(reading);
        if (error.IsSuccess)
            return error;
        _ = close(writing);
        writing = -1;
        return error;
    }

    /// <summary>
    /// The limit is lower only here and not during the spawn: the child finds descriptors at numbers up to the limit.
    /// </summary>
    private static Errno OpenReserving(out int reading, out int writing)
    {
        using var kept = DescriptorLimit.Reserve();
        return Pipe.Open(out reading, out writing);
    }
}
