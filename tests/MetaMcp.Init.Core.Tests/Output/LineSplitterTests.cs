using System.Text;
using CsCheck;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Tests.Output;

public sealed class LineSplitterTests
{
    // Only a few different bytes, so that newlines, characters of several bytes and broken characters are all frequent.
    private static readonly Gen<byte> InterestingByte = Gen.OneOf<byte>((byte)'a', (byte)'\n', 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xff);

    private static readonly Gen<byte[]> Text = Gen
        .Select(Gen.Int[0, 3], Gen.Int[0, 50_000], InterestingByte.Array[0, 40], InterestingByte.Array[0, 40])
        .Select((shape, length, before, after) => shape == 0
            ? [.. before, .. after]
            : (byte[])[.. before, .. Enumerable.Repeat(shape == 1 ? (byte)'x' : (byte)0xac, length), .. after]);

    [Theory]
    [InlineData("one\ntwo\n", "one", "two")]
    [InlineData("one\ntwo", "one", "two")]
    [InlineData("\n\n", "", "")]
    [InlineData("")]
    [InlineData("no newline", "no newline")]
    public void Lines_come_out_without_their_newlines(string written, params string[] lines) =>
        Assert.Equal(lines, Split([Encoding.UTF8.GetBytes(written)]).Select(piece => Encoding.UTF8.GetString(piece.Bytes)));

    [Fact]
    public void A_line_of_the_greatest_length_is_whole_and_one_byte_more_is_not()
    {
        var longest = new string('x', LineSplitter.MaxLength);
        Assert.Equal([LinePart.Whole], Split([Encoding.UTF8.GetBytes(longest + "\n")]).Select(piece => piece.Part));
        Assert.Equal([LinePart.First, LinePart.Last], Split([Encoding.UTF8.GetBytes(longest + "y\n")]).Select(piece => piece.Part));
        Assert.Equal(
            [LinePart.First, LinePart.Last], Split([Encoding.UTF8.GetBytes(longest), "y\n"u8.ToArray()]).Select(piece => piece.Part));
    }

    [Theory]
    [InlineData("é")]
    [InlineData("€")]
    [InlineData("🦀")]
    public void A_character_is_never_cut_in_two(string character)
    {
        for (var before = 0; before < 4; before++)
        {
            var text = new string('x', before) + string.Concat(Enumerable.Repeat(character, LineSplitter.MaxLength));
            var pieces = Split(Encoding.UTF8.GetBytes(text).Chunk(1000));
            var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
            Assert.Equal(text, string.Concat(pieces.Select(piece => strict.GetString(piece.Bytes))));
        }
    }

    [Fact]
    public void How_the_bytes_arrive_changes_nothing() =>
        Gen.Select(Text, Gen.Int[1, 40_000]).Sample((text, size) =>
        {
            var whole = Split([text]);
            var chunked = Split(text.Chunk(size));
            Assert.Equal(whole.Select(Shown), chunked.Select(Shown));
        });

    [Fact]
    public void Every_byte_but_the_newlines_comes_out_and_no_piece_is_too_long() =>
        Gen.Select(Text, Gen.Int[1, 40_000]).Sample((text, size) =>
        {
            var pieces = Split(text.Chunk(size));
            Assert.All(pieces, piece => Assert.InRange(piece.Bytes.Length, 0, LineSplitter.MaxLength));
            var joined =
                pieces.SelectMany(piece => piece.Part is LinePart.Whole or LinePart.Last ? [.. piece.Bytes, (byte)'\n'] : piece.Bytes);
            var expected = text.Length == 0 || text[^1] == '\n' ? text : [.. text, (byte)'\n'];
            Assert.True(joined.ToArray().AsSpan().SequenceEqual(expected));
        });

    [Fact]
    public void The_parts_of_a_line_follow_each_other_in_order() =>
        Text.Sample(text =>
        {
            var open = false;
            foreach (var (_, part) in Split(text.Chunk(5000)))
            {
                Assert.Equal(open, part is LinePart.Middle or LinePart.Last);
                open = part is LinePart.First or LinePart.Middle;
            }
            Assert.False(open);
        });

    [Fact]
    public void The_lines_skipped_and_the_lines_returned_are_all_lines() =>
        Gen.Select(Text, Gen.Int[1, 40_000], Gen.Int[1, 5]).Sample((text, size, every) =>
        {
            var splitter = new LineSplitter();
            var skipped = 0;
            var given = 0;
            foreach (var (turn, chunk) in text.Chunk(size).Index())
            {
                if (turn % every == 0)
                    skipped += splitter.Skip(chunk);
                else
                    given += Take(splitter, chunk).Count(piece => piece.Part is LinePart.Whole or LinePart.Last);
            }
            given += splitter.TryTakeRest(out _) ? 1 : 0;
            Assert.Equal(text.Count(value => value == '\n') + (text.Length > 0 && text[^1] != '\n' ? 1 : 0), skipped + given);
        });

    [Fact]
    public void A_line_that_ends_after_the_skipping_is_given_out_whole()
    {
        var splitter = new LineSplitter();
        Assert.Equal(2, splitter.Skip("one\ntwo\nthr"u8));
        var pieces = Take(splitter, "ee\n"u8.ToArray());
        Assert.Equal("three", Encoding.UTF8.GetString(Assert.Single(pieces).Bytes));
    }

    [Fact]
    public void The_rest_of_a_line_can_be_refused()
    {
        var splitter = new LineSplitter();
        ReadOnlySpan<byte> input = new byte[LineSplitter.MaxLength + 1];
        Assert.True(splitter.TryTake(ref input, out var piece));
        Assert.True(piece.IsCut);
        splitter.SkipRestOfLine();
        Assert.Equal("next", Encoding.UTF8.GetString(Assert.Single(Take(splitter, "rest\nnext\n"u8.ToArray())).Bytes));
    }

    private static string Shown((byte[] Bytes, LinePart Part) piece) => $"{piece.Part} {Convert.ToHexString(piece.Bytes)}";

    private static List<(byte[] Bytes, LinePart Part)> Split(IEnumerable<byte[]> chunks)
    {
        var splitter = new LineSplitter();
        var pieces = chunks.SelectMany(chunk => Take(splitter, chunk)).ToList();
        if (splitter.TryTakeRest(out var rest))
            pieces.Add((rest.Bytes.ToArray(), rest.Part));
        return pieces;
    }

    private static List<(byte[] Bytes, LinePart Part)> Take(LineSplitter splitter, byte[] chunk)
    {
        var pieces = new List<(byte[], LinePart)>();
        ReadOnlySpan<byte> input = chunk;
        while (splitter.TryTake(ref input, out var line))
            pieces.Add((line.Bytes.ToArray(), line.Part));
        Assert.True(input.IsEmpty);
        return pieces;
    }
}
