namespace MetaMcp.Init.Core.Probing;

/// <summary>
/// The operations on bytes that HTTP and JSON texts need, as plain loops. The framework's methods are vectorised and generic, with a
/// compiled copy for bytes each: 5 KB of the binary for lines that are mostly shorter than a vector.
/// </summary>
internal static class AsciiBytes
{
    /// <param name="text">In any case.</param>
    /// <param name="lower">In lower case.</param>
    public static bool IsSame(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        if (text.Length != lower.Length)
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if ((text[i] is >= (byte)'A' and <= (byte)'Z' ? text[i] | 0x20 : text[i]) != lower[i])
                return false;
        }
        return true;
    }

    /// <summary>Without the blanks and line ends around it.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && IsSpace(text[0]))
            text = text[1..];
        while (!text.IsEmpty && IsSpace(text[^1]))
            text = text[..^1];
        return text;
    }

    /// <summary>White space as JSON has it (RFC 8259, section 2).</summary>
    public static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    /// <summary>Only characters from <c>!</c> to <c>~</c>: none that could end a header or change a terminal.</summary>
    public static bool IsVisible(ReadOnlySpan<byte> text)
    {
        foreach (var value in text)
        {
            if (value is < (byte)'!' or > (byte)'~')
                return false;
        }
        return true;
    }

    /// <summary>Digits and nothing else, up to 18 of them; -1 elsewhere.</summary>
    public static long Number(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > 18)
            return -1;
        long number = 0;
        foreach (var value in text)
        {
            if (value is < (byte)'0' or > (byte)'9')
                return -1;
            number = (number * 10) + value - '0';
        }
        return number;
    }
}
