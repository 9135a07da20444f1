namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// /proc/[pid]/environ (<c>man 5 proc</c>): the environment at the start of a program, each variable ended by a zero.
/// </summary>
public static class Environ
{
    /// <summary>The value of a variable; empty if there is none. The first counts, as for <c>getenv</c>.</summary>
    /// <param name="file">The text.</param>
    /// <param name="assignment">The name and its equals sign.</param>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> file, ReadOnlySpan<byte> assignment)
    {
        foreach (var range in file.Split((byte)0))
            if (file[range].StartsWith(assignment))
                return file[range][assignment.Length..];
        return [];
    }
}
