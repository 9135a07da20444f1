using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Tests.Output;

public sealed partial class LineSanitizerTests
{
    // Bytes of escape sequences and of UTF-8 among any other bytes, so that both occur, whole and broken.
    private static readonly Gen<byte[]> Hostile = Gen.Frequency(
            (4, Gen.Byte),
            (2, Gen.OneOf<byte>(0x1b, (byte)'[', (byte)'m', (byte)'3', (byte)';', (byte)'0', (byte)'\r', (byte)'\n', (byte)'\t')),
            (2, Gen.OneOf<byte>(0xe2, 0x80, 0xae, 0xa8, 0xc2, 0x9b, 0xd8, 0x9c, 0x81, 0xa6, 0xf0, 0x9f, 0xa6, 0x80)))
        .Array[0, 60];

    [Theory]
    [InlineData("plain text, tab\tand ünïcödé ✓ 日本 🦀", "plain text, tab\tand ünïcödé ✓ 日本 🦀")]
    [InlineData("bell \a and null \0", @"bell \x07 and null \x00")]
    [InlineData("100 %\r50 %", @"100 %\r50 %")]
    [InlineData("two\nlines", @"two\nlines")]
    [InlineData("delete \x7f", @"delete \x7f")]
    [InlineData("csi \u009b2J next line \u0085", @"csi \u009b2J next line \u0085")]
    [InlineData("separators \u2028 \u2029", @"separators \u2028 \u2029")]
    [InlineData("\u202egnitirw\u2066 \u200f \u061c", @"\u202egnitirw\u2066 \u200f \u061c")]
    [InlineData("clear \e[2J up \e[1A title \e]0;x\a", @"clear \x1b[2J up \x1b[1A title \x1b]0;x\x07")]
    [InlineData("\e[31mred\e[0m", "\e[31mred\e[0m")]
    [InlineData("\e[31mred\e[m", "\e[31mred\e[m")]
    [InlineData("\e[31mred", "\e[31mred\e[0m")]
    [InlineData("\e[38:2::1:2:3;4mboth", "\e[38:2::1:2:3;4mboth\e[0m")]
    [InlineData("\e[0;31mred after a reset", "\e[0;31mred after a reset\e[0m")]
    [InlineData("private \e[?25m cut \e[31", @"private \x1b[?25m cut \x1b[31")]
    [InlineData("\e", @"\x1b")]
    public void Text_is_shown_safely(string written, string shown) =>
        Assert.Equal(shown, Sanitize(Encoding.UTF8.GetBytes(written)));

    [Theory]
    [InlineData(new byte[] { 0xff }, @"\xff")]
    [InlineData(new byte[] { (byte)'a', 0xc3 }, @"a\xc3")]
    [InlineData(new byte[] { 0xe2, 0x82, (byte)'b' }, @"\xe2\x82b")]
    [InlineData(new byte[] { 0xc0, 0x8a }, @"\xc0\x8a")]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 }, @"\xed\xa0\x80")]
    public void Bytes_that_are_no_text_are_shown_as_numbers(byte[] written, string shown) =>
        Assert.Equal(shown, Sanitize(written));

    [Fact]
    public void A_colour_sequence_of_absurd_length_is_no_colour() =>
        Assert.StartsWith(@"\x1b[", Sanitize(Encoding.UTF8.GetBytes($"\e[{new string('1', 100)}m")), StringComparison.Ordinal);

    [Fact]
    public void Nothing_that_could_repaint_a_line_ever_comes_out() =>
        Hostile.Sample(written =>
        {
            var shown = Sanitize(written);
            var withoutColours = Colour().Replace(shown, "");
            Assert.DoesNotContain(withoutColours, character =>
                (char.IsControl(character) && character != '\t') ||
                character is '\u2028' or '\u2029' or '\u061c' or '\u200e' or '\u200f'
                    or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));
            if (Colour().Matches(shown) is [.., var last])
                Assert.Contains(last.Value, (string[])["\e[m", "\e[0m"]);
        }, iter: 20_000);

    [Fact]
    public void Safe_text_stays_as_it_is() =>
        Gen.String[Gen.Char[' ', '~']].Sample(text => Assert.Equal(text, Sanitize(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void Doing_it_twice_changes_nothing_more() =>
        Hostile.Sample(written =>
        {
            var once = Sanitize(written);
            Assert.Equal(once, Sanitize(Encoding.UTF8.GetBytes(once)));
        });

    [GeneratedRegex("\e\\[[0-9;:]*m")]
    private static partial Regex Colour();

    // The decoder throws if the output is not UTF-8.
    private static string Sanitize(byte[] written)
    {
        var shown = new ArrayBufferWriter<byte>();
        LineSanitizer.Append(written, shown);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(shown.WrittenSpan);
    }
}
