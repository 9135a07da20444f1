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
    public static string? Find(ReadOnlySpan<byte> file, string name) =>
        TryFind(file, name, out var text) ? Encoding.Latin1.GetString(text).Trim() : null;

    /// <summary>The number that a field begins with; null if there is none, or it is beyond 63 bits.</summary>
    public static long? Number(ReadOnlySpan<byte> file, string name)
    {
        if (!TryFind(file, name, out var text))
            return null;
        text = text.Trim(" \t"u8);
        var end = text.IndexOf((byte)' ');
        return DecimalText.TryRead(end < 0 ? text : text[..end], long.MaxValue, out var number) ? (long)number : null;
    }

    private static bool TryFind(ReadOnlySpan<byte> file, string name, out ReadOnlySpan<byte> text)
    {
        var rest = file;
        text = [];
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            text = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (text.Length > name.Length && name.Length > 0 && text[name.Length] is (byte)':' or (byte)' ' or (byte)'\t' &&
                ColonFields.Same(text[..name.Length], name))
            {
                text = text[(name.Length + 1)..];
                return true;
            }
        }
        return false;
    }
}
