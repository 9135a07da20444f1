using CsCheck;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Tests.Output;

public sealed class LineRingTests
{
    [Fact]
    public void Bytes_come_out_in_the_order_they_went_in() =>
        Gen.Select(Gen.Int[1, 50_000], Gen.Int[0, 20_000].Array[1, 40]).Sample((capacity, sizes) =>
        {
            var ring = new LineRing(capacity);
            var (next, expected) = (0, 0);
            foreach (var (turn, size) in sizes.Index())
            {
                if (turn % 2 == 0)
                {
                    var bytes = Numbers(next, Math.Min(size, ring.Free));
                    ring.Append(bytes);
                    next += bytes.Length;
                }
                else
                {
                    for (var left = Math.Min(size, ring.Count); left > 0;)
                    {
                        var taken = ring.First[..Math.Min(left, ring.First.Length)];
                        Assert.True(taken.SequenceEqual(Numbers(expected, taken.Length)));
                        expected += taken.Length;
                        left -= taken.Length;
                        ring.Remove(taken.Length);
                    }
                }
                Assert.Equal(next - expected, ring.Count);
                Assert.Equal(capacity, ring.Count + ring.Free);
            }
        });

    [Fact]
    public void More_than_is_free_is_refused() =>
        Assert.Throws<ArgumentException>(() => new LineRing(4).Append("12345"u8));

    [Fact]
    public void It_knows_how_many_lines_it_holds_wherever_they_lie()
    {
        var ring = new LineRing(10);
        ring.Append("12345678\n"u8);
        ring.Remove(8);
        ring.Append("a\nb\nc\n"u8);
        Assert.Equal(4, ring.Lines);
        ring.Clear();
        Assert.True(ring.IsEmpty);
        Assert.Equal(10, ring.Free);
    }

    private static byte[] Numbers(int from, int count)
    {
        var numbers = new byte[count];
        for (var at = 0; at < count; at++)
            numbers[at] = (byte)(from + at);
        return numbers;
    }
}
