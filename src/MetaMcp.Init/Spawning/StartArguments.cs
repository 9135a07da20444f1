using System.Runtime.InteropServices;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>
/// The arguments and the environment exactly as the kernel laid them out at exec, as bytes: words that are passed on to a child must
/// not be changed by decoding and encoding (file names need not be UTF-8).
/// </summary>
internal static unsafe class StartArguments
{
    /// <summary>The environment, null-terminated.</summary>
    public static byte** Environment => SystemNative_GetEnviron();

    /// <summary>
    /// The argument vector, null-terminated, from index <paramref name="skip"/> (0 is the program's own name). The kernel puts it
    /// right below the environment, with the count in front; the count is checked. If libc has moved the environment, the decoded
    /// arguments are used.
    /// </summary>
    public static byte** Arguments(ReadOnlySpan<string> decoded, int skip)
    {
        var count = decoded.Length + 1;
        var vector = Environment - 1 - count;
        if (*(nint*)(vector - 1) == count && vector[count] == null)
            return vector + skip;
        return new NativeStrings(skip == 0 ? ["mcp-init", .. decoded] : decoded[(skip - 1)..]).Pointer;
    }

    /// <summary>The variables whose names begin with an ASCII prefix; of two with one name the first, as getenv has it.</summary>
    public static Dictionary<string, string> Variables(string prefix)
    {
        var found = new Dictionary<string, string>();
        var wanted = System.Text.Encoding.UTF8.GetBytes(prefix);
        for (var at = Environment; *at != null; at++)
        {
            var entry = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*at);
            if (entry.StartsWith(wanted) && entry.IndexOf((byte)'=') is > 0 and var end)
                _ = found.TryAdd(
                    System.Text.Encoding.UTF8.GetString(entry[..end]), System.Text.Encoding.UTF8.GetString(entry[(end + 1)..]));
        }
        return found;
    }

    /// <summary>The value of a variable, or null.</summary>
    public static string? Variable(string name)
    {
        for (var at = Environment; *at != null; at++)
        {
            var entry = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*at);
            if (entry.Length > name.Length && entry[name.Length] == (byte)'=' &&
                entry[..name.Length].SequenceEqual(System.Text.Encoding.UTF8.GetBytes(name)))
                return System.Text.Encoding.UTF8.GetString(entry[(name.Length + 1)..]);
        }
        return null;
    }
}
