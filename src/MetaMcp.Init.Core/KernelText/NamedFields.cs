using System.Text;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// Files of one field a line under a name: <c>SwapTotal:  0 kB</c> in /proc/meminfo and /proc/[pid]/status
/// (<c>man 5 proc</c>), <c>oom_kill 3</c> in memory.events (cgroup-v2.rst, flat keyed). The first line of a name counts.
/// </summary>
public static class NamedFields
{
    /// <summary>The text after the name, without the space around it; null if no line has the name.</summary>
    public static string? Find(ReadOnlySpan<byte> file, string name)
    {
        while (ColonFields.TryLine(ref file, out var line))
        {
            if (line.Length > name.Length && name.Length > 0 && line[name.Length] is (byte)':' or (byte)' ' or (byte)'\t' &&
                ColonFields.Same(line[..name.Length], name))
                return Encoding.Latin1.GetString(line[(name.Length + 1)..]).Trim();
        }
        return null;
    }

    /// <summary>The number that a field begins with; null if there is none, or it is beyond 63 bits.</summary>
    public static long? Number(ReadOnlySpan<byte> file, string name)
    {
        if (Find(file, name) is not { } text)
            return null;
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        return DecimalText.TryRead(end < 0 ? text : text.AsSpan(0, end), long.MaxValue, out var number) ? (long)number : null;
    }
}
