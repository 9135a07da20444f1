using System.Text;

namespace MetaMcp.Init.Core.Screens.Top;

/// <summary>The kind of a key.</summary>
public enum TopKeyKind { Character, Up, Down, PageUp, PageDown, Home, End, Enter, Escape, Backspace }

/// <summary>A key that was pressed, from the bytes that a terminal sends (ECMA-48; the keys of xterm and of the Linux console).</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Character">What it writes, if it is a character; controls too (Ctrl-C is U+0003).</param>
public readonly record struct TopKey(TopKeyKind Kind, Rune Character = default)
{
    public static TopKey Of(char character) => new(TopKeyKind.Character, new Rune(character));

    /// <summary>The keys in the bytes of one read: no terminal cuts a key in two, and a lone ESC at the end is the key itself.</summary>
    public static IReadOnlyList<TopKey> Read(ReadOnlySpan<byte> bytes)
    {
        var keys = new List<TopKey>();
        while (!bytes.IsEmpty)
        {
            if (bytes is [0x1b, (byte)'[' or (byte)'O', .. var sequence])
            {
                bytes = sequence[Sequence(sequence, keys)..];
                continue;
            }
            _ = Rune.DecodeFromUtf8(bytes, out var rune, out var length);
            bytes = bytes[length..];
            keys.Add(rune.Value switch
            {
                '\r' or '\n' => new TopKey(TopKeyKind.Enter),
                0x1b => new TopKey(TopKeyKind.Escape),
                '\b' or 0x7f => new TopKey(TopKeyKind.Backspace),
                _ => new TopKey(TopKeyKind.Character, rune),
            });
        }
        return keys;
    }

    /// <summary>One control sequence after its introducer; a key that is not known is nothing.</summary>
    /// <returns>Its length.</returns>
    private static int Sequence(ReadOnlySpan<byte> bytes, List<TopKey> keys)
    {
        var final = bytes.IndexOfAnyInRange((byte)'@', (byte)'~');
        if (final < 0)
            return bytes.Length;
        TopKeyKind? kind = bytes[final] switch
        {
            (byte)'A' => TopKeyKind.Up,
            (byte)'B' => TopKeyKind.Down,
            (byte)'H' => TopKeyKind.Home,
            (byte)'F' => TopKeyKind.End,
            (byte)'M' => TopKeyKind.Enter,
            // 15~ is a key of its own (F5); 1;5~ is Ctrl with the first.
            (byte)'~' when final > 0 && (final == 1 || bytes[1] == (byte)';') => bytes[0] switch
            {
                (byte)'1' or (byte)'7' => TopKeyKind.Home,
                (byte)'4' or (byte)'8' => TopKeyKind.End,
                (byte)'5' => TopKeyKind.PageUp,
                (byte)'6' => TopKeyKind.PageDown,
                _ => null,
            },
            _ => null,
        };
        if (kind is { } known)
            keys.Add(new TopKey(known));
        return final + 1;
    }
}
