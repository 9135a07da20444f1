using System.Runtime.InteropServices;
using System.Text;

namespace MetaMcp.Init.Exec;

/// <summary>
/// Arguments, variables and account names are bytes in no particular encoding and must arrive at the command as they came. In
/// here they are strings with one character a byte (Latin-1), so that nothing is lost; only what a human reads is decoded.
/// </summary>
internal static unsafe class ByteText
{
    public static string From(byte* bytes) =>
        Encoding.Latin1.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(bytes));

    /// <summary>A copy with a zero at the end, never freed: exec takes the whole process with it.</summary>
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

    /// <summary>As UTF-8, which it nearly always is; what is not becomes U+FFFD.</summary>
    public static string Decode(string text) =>
        Ascii.IsValid(text) ? text : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text));
}
