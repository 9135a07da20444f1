using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// /proc/[pid]/smaps_rollup (<c>man 5 proc</c>): what a process has in memory, each page divided by how many share it. The kernel
/// walks every page table for it, which costs milliseconds for a large process.
/// </summary>
public static class SmapsRollup
{
    /// <summary>The proportional set size in bytes; null where the text has none.</summary>
    public static long? Pss(ReadOnlySpan<byte> file)
    {
        foreach (var range in file.Split((byte)'\n'))
        {
            var line = file[range];
            if (!line.StartsWith("Pss:"u8) || !line.EndsWith(" kB"u8))
                continue;
            var number = line["Pss:".Length..^" kB".Length].TrimStart((byte)' ');
            return DecimalText.TryRead(number, long.MaxValue / 1024, out var kibibytes) ? (long)kibibytes * 1024 : null;
        }
        return null;
    }
}
