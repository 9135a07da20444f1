using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace MetaMcp.Init.Core.Output;

/// <summary>
/// The inside of a JSON string (RFC 8259, 7). Beyond what JSON requires, every character that is unsafe to show is escaped too: a log
/// of JSON lines is also read on terminals, and a JSON parser gets the same characters either way.
/// </summary>
public static class JsonText
{
    /// <summary>Bytes that are no UTF-8 become U+FFFD, one for each broken sequence.</summary>
    public static void Append(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> to)
    {
        ArgumentNullException.ThrowIfNull(to);
        while (true)
        {
            var plain = text.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
            AppendAscii(plain < 0 ? text : text[..plain], to);
            if (plain < 0)
                return;
            text = text[plain..];
            text = text[AppendSpecial(text, to)..];
        }
    }

    public static void Append(ReadOnlySpan<char> text, ArrayBufferWriter<byte> to)
    {
        ArgumentNullException.ThrowIfNull(to);
        Span<byte> utf8 = stackalloc byte[256];
        while (!text.IsEmpty)
        {
            Utf8.FromUtf16(text, utf8, out var read, out var written);
            Append(utf8[..written], to);
            text = text[read..];
        }
    }

    private static void AppendAscii(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> to)
    {
        while (text.IndexOfAny((byte)'"', (byte)'\\') is >= 0 and var at)
        {
            UnsafeText.AppendAscii(text[..at], to);
            to.Write("\\"u8);
            UnsafeText.AppendAscii(text[at..(at + 1)], to);
            text = text[(at + 1)..];
        }
        UnsafeText.AppendAscii(text, to);
    }

    private static int AppendSpecial(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> to)
    {
        switch (text[0])
        {
            case (byte)'\t':
                to.Write("\\t"u8);
                return 1;
            case (byte)'\n':
                to.Write("\\n"u8);
                return 1;
            case (byte)'\r':
                to.Write("\\r"u8);
                return 1;
            default:
                break;
        }
        var status = Rune.DecodeFromUtf8(text, out var rune, out var length);
        if (status != OperationStatus.Done)
            to.Write("\\ufffd"u8);
        else if (rune.IsAscii || UnsafeText.IsUnsafe(rune))
            UnsafeText.AppendUnit(rune.Value, to);
        else
            UnsafeText.AppendAscii(text[..length], to);
        return length;
    }
}
