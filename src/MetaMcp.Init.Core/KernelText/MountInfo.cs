using System.Collections.Immutable;
using System.Text;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>/proc/[pid]/mountinfo. A line that is none is passed over: nothing in it is ours.</summary>
public static class MountInfo
{
    /// <summary>The mounts of a type, in the file's order, in which a later one covers an earlier one at the same place.</summary>
    public static ImmutableArray<Mount> Find(ReadOnlySpan<byte> file, ReadOnlySpan<byte> fileSystem)
    {
        var found = ImmutableArray.CreateBuilder<Mount>();
        foreach (var range in file.Split((byte)'\n'))
        {
            var line = file[range];
            // Any number of optional fields stand before the lone hyphen, the type, source and options after it.
            var hyphen = line.IndexOf(" - "u8);
            if (hyphen < 0)
                continue;
            var tail = line[(hyphen + 3)..];
            if (!tail.StartsWith(fileSystem) || tail.Length == fileSystem.Length || tail[fileSystem.Length] != (byte)' ')
                continue;
            if (Read(line[..hyphen], tail, fileSystem) is { } mount)
                found.Add(mount);
        }
        return found.DrainToImmutable();
    }

    private static Mount? Read(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, ReadOnlySpan<byte> fileSystem)
    {
        ReadOnlySpan<byte> root = [], point = [], own = [];
        var number = 0;
        foreach (var range in head.Split((byte)' '))
        {
            switch (number++)
            {
                case 3:
                    root = head[range];
                    break;
                case 4:
                    point = head[range];
                    break;
                case 5:
                    own = head[range];
                    break;
            }
        }
        if (number < 6)
            return null;
        var super = tail[(tail.LastIndexOf((byte)' ') + 1)..];
        return new Mount(Text(root), Text(point), Encoding.UTF8.GetString(fileSystem), Has(own, "ro"u8) || Has(super, "ro"u8))
        {
            Options = Encoding.UTF8.GetString(own) + "," + Encoding.UTF8.GetString(super),
        };
    }

    private static bool Has(ReadOnlySpan<byte> options, ReadOnlySpan<byte> option)
    {
        foreach (var range in options.Split((byte)','))
            if (options[range].SequenceEqual(option))
                return true;
        return false;
    }

    /// <summary>The kernel writes space, tab, newline and backslash as three octal digits behind a backslash.</summary>
    private static string Text(ReadOnlySpan<byte> escaped)
    {
        if (!escaped.Contains((byte)'\\'))
            return Encoding.UTF8.GetString(escaped);
        var plain = new byte[escaped.Length];
        var length = 0;
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] == (byte)'\\' && i + 3 < escaped.Length && TryOctal(escaped.Slice(i + 1, 3), out var code))
            {
                plain[length++] = code;
                i += 3;
            }
            else
                plain[length++] = escaped[i];
        }
        return Encoding.UTF8.GetString(plain.AsSpan(0, length));
    }

    private static bool TryOctal(ReadOnlySpan<byte> digits, out byte code)
    {
        var value = 0;
        foreach (var digit in digits)
            value = digit is >= (byte)'0' and <= (byte)'7' ? (value * 8) + digit - '0' : 256;
        code = (byte)value;
        return value < 256;
    }
}
