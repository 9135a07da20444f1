using System.Runtime.InteropServices;
using System.Text;

namespace MetaMcp.Init.Exec;

/// <summary>
/// Arguments, variables and account names are bytes without a known encoding and must reach the command unchanged. In this room they
/// are strings with one character a byte (Latin-1), so that no byte is lost; only text for people is decoded.
/// </summary>
internal static unsafe class ByteText
{
    public static string From(byte* bytes) =>
        Encoding.Latin1.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(bytes));

    /// <summary>A copy with a zero at the end, never freed: exec replaces the whole process.</summary>
    public static byte* ToNative(string text)
    {
        var bytes = (byte*)NativeMemory.Alloc((nuint)text.Length + 1);
        Copy(text, bytes);
        return bytes;
    }

    /// <summary>Copies the bytes and a zero.</summary>
    public static void Copy(string text, byte* to)
    {
        foreach (var character in text)
            *to++ = (byte)character;
        *to = 0;
    }

    /// <summary>Text as the bytes of its UTF-8, the reverse of <see cref="Decode"/>.</summary>
    public static string Encode(string text) =>
        Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Decodes as UTF-8, which the text nearly always is; other bytes become U+FFFD.</summary>
    public static string Decode(string text) =>
        Ascii.IsValid(text) ? text : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text));
}
