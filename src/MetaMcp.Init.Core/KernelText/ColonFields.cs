using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// Lines of fields between colons, as in /etc/passwd and /etc/group (<c>man 5 passwd</c>). Works on bytes: names there are
/// in no particular encoding.
/// </summary>
internal ref struct ColonFields(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> rest = line;
    private bool ended;

    /// <summary>Takes the next line off a file; false at its end.</summary>
    public static bool TryLine(ref ReadOnlySpan<byte> file, out ReadOnlySpan<byte> line)
    {
        if (file.IsEmpty)
        {
            line = [];
            return false;
        }
        var end = file.IndexOf((byte)'\n');
        line = end < 0 ? file : file[..end];
        file = end < 0 ? [] : file[(end + 1)..];
        return true;
    }

    public bool TryNext(out ReadOnlySpan<byte> field)
    {
        field = rest;
        if (ended)
            return false;
        var colon = rest.IndexOf((byte)':');
        ended = colon < 0;
        if (!ended)
        {
            field = rest[..colon];
            rest = rest[(colon + 1)..];
        }
        return true;
    }

    /// <summary>A uid or gid. The largest 32-bit number is none: it means "leave as it is" to the kernel.</summary>
    public bool TryNextId(out uint id)
    {
        id = 0;
        if (!TryNext(out var field) || !DecimalText.TryRead(field, uint.MaxValue - 1, out var number))
            return false;
        id = (uint)number;
        return true;
    }

    /// <summary>True if the bytes are those of a text that was decoded byte by byte.</summary>
    public static bool Same(ReadOnlySpan<byte> bytes, ReadOnlySpan<char> text)
    {
        if (bytes.Length != text.Length)
            return false;
        for (var i = 0; i < bytes.Length; i++)
            if (bytes[i] != text[i])
                return false;
        return true;
    }
}
