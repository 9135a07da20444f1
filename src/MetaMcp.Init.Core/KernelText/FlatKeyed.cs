using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>Files of a key and a number a line (cgroup-v2.rst, "flat keyed"): memory.events, cgroup.events, cpu.stat.</summary>
public static class FlatKeyed
{
    /// <summary>The number of a key; 0 if the file does not have it, as on a kernel that does not count it yet.</summary>
    public static long Value(ReadOnlySpan<byte> file, ReadOnlySpan<byte> key) => Find(file, key) ?? 0;

    /// <summary>The same; null if the file does not have it.</summary>
    public static long? Find(ReadOnlySpan<byte> file, ReadOnlySpan<byte> key)
    {
        foreach (var range in file.Split((byte)'\n'))
        {
            var line = file[range];
            if (line.Length > key.Length + 1 && line.StartsWith(key) && line[key.Length] == (byte)' ' &&
                DecimalText.TryRead(line[(key.Length + 1)..], long.MaxValue, out var number))
                return (long)number;
        }
        return null;
    }
}
