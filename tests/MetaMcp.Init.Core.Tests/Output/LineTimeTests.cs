using System.Buffers;
using System.Globalization;
using System.Text;
using CsCheck;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Tests.Output;

public sealed class LineTimeTests
{
    [Fact]
    public void Utc_is_that_of_RFC_3339_with_milliseconds() =>
        Gen.DateTime.Sample(time =>
            Assert.Equal(
                time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z '", CultureInfo.InvariantCulture),
                Shown(LineTime.OfUtc(DateTime.SpecifyKind(time, DateTimeKind.Utc)))));

    [Theory]
    [InlineData(0, "    0.000 ")]
    [InlineData(34, "    0.034 ")]
    [InlineData(12_345, "   12.345 ")]
    [InlineData(99_999_999, "99999.999 ")]
    [InlineData(100_000_000, "100000.000 ")]
    [InlineData(34_560_000_001, "34560000.001 ")]
    public void Elapsed_is_seconds_in_a_column(long milliseconds, string shown) =>
        Assert.Equal(shown, Shown(LineTime.OfElapsed(TimeSpan.FromMilliseconds(milliseconds))));

    [Fact]
    public void None_is_nothing() => Assert.Equal("", Shown(LineTime.None));

    [Fact]
    public void Each_piece_of_a_line_has_its_own()
    {
        var to = new ArrayBufferWriter<byte>();
        var format = new PrefixFormat("api", 3);
        format.Append(new OutputLine("a"u8, LinePart.First), LineTime.OfElapsed(TimeSpan.FromSeconds(1)), to);
        format.Append(new OutputLine("b"u8, LinePart.Last), LineTime.OfElapsed(TimeSpan.FromSeconds(2)), to);
        Assert.Equal("    1.000 api | a\n    2.000 api + b\n", Encoding.UTF8.GetString(to.WrittenSpan));
    }

    [Fact]
    public void No_line_allocates()
    {
        var to = new ArrayBufferWriter<byte>(4096);
        var format = new PrefixFormat("api", 3);
        LineTime[] times = [LineTime.OfUtc(DateTime.UnixEpoch), LineTime.OfElapsed(TimeSpan.FromDays(1000))];
        Append();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Append();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Append()
        {
            foreach (var time in times)
                format.Append(new OutputLine("hello"u8, LinePart.Whole), time, to);
            to.ResetWrittenCount();
        }
    }

    private static string Shown(LineTime time)
    {
        var to = new ArrayBufferWriter<byte>();
        time.AppendTo(to);
        return Encoding.ASCII.GetString(to.WrittenSpan);
    }
}
