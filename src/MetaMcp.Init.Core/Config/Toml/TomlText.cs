using System.Text;
using System.Text.Unicode;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config.Toml;

/// <summary>Decodes bytes to text, and refuses texts here that no later stage should have to handle.</summary>
internal static class TomlText
{
    /// <summary>
    /// Five hundred services. The worst of that size, all brackets and commas, takes a third of the 32 MiB that PID 1
    /// holds its heap to.
    /// </summary>
    public const int MaxBytes = 1 << 18;

    private static readonly byte[] ByteOrderMark = [0xef, 0xbb, 0xbf];

    /// <returns>The text, or null if an error was added to <paramref name="problems"/>.</returns>
    public static string? Decode(ReadOnlySpan<byte> utf8, Problems problems)
    {
        if (utf8.Length > MaxBytes)
        {
            problems.Syntax(
                new SourcePosition(problems.File, 1, 1),
                $"the file is longer than a configuration can be; the most is {new ByteSize(MaxBytes)}");
            return null;
        }
        if (utf8.StartsWith(ByteOrderMark))
            utf8 = utf8[ByteOrderMark.Length..];
        if (utf8.IndexOf((byte)0) is >= 0 and var nul)
        {
            problems.Syntax(PositionOf(utf8[..nul], problems.File), "a NUL byte: this is no text file");
            return null;
        }
        if (!Utf8.IsValid(utf8))
        {
            var valid = ValidPrefix(utf8);
            problems.Syntax(PositionOf(utf8[..valid], problems.File), $"byte 0x{utf8[valid]:x2} is not UTF-8, which a TOML file must be");
            return null;
        }
        return Encoding.UTF8.GetString(utf8);
    }

    private static int ValidPrefix(ReadOnlySpan<byte> utf8)
    {
        var length = 0;
        while (Rune.DecodeFromUtf8(utf8[length..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
            length += consumed;
        return length;
    }

    private static SourcePosition PositionOf(ReadOnlySpan<byte> before, string file)
    {
        var line = before[(before.LastIndexOf((byte)'\n') + 1)..];
        // Columns count characters, like the lexer's; a continuation byte does not begin a character.
        var column = 1;
        foreach (var b in line)
            column += (b & 0xc0) == 0x80 ? 0 : 1;
        return new SourcePosition(file, before.Count((byte)'\n') + 1, column);
    }
}
