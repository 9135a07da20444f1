using System.Text;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class DiskAnswerTests
{
    [Fact]
    public void Lines_are_read_as_they_were_written_in_pieces_of_any_length()
    {
        var text = DiskAnswer.Line(1, new Errno(Errno.EIO)) + DiskAnswer.Line(0, new DiskSpace(4096, 1024, 3072));
        var answer = new DiskAnswer(2);
        Assert.All(Encoding.ASCII.GetBytes(text), letter => Assert.True(answer.Take([letter])));
        Assert.True(answer.IsWhole);
        Assert.Equal(new DiskAnswerLine(new DiskSpace(4096, 1024, 3072), Errno.None), answer.Told[0]);
        Assert.Equal(new Errno(Errno.EIO), answer.Told[1]!.Value.Error);
    }

    [Fact]
    public void The_greatest_numbers_are_read_too()
    {
        var answer = new DiskAnswer(1);
        Assert.True(answer.Take(Encoding.ASCII.GetBytes(DiskAnswer.Line(0, new DiskSpace(long.MaxValue, long.MaxValue, -1)))));
        Assert.Equal(new DiskSpace(1L << 60, 1L << 60, 0), answer.Told[0]!.Value.Space);
        Assert.Equal(100, answer.Told[0]!.Value.Space.UsedPercent);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("0\n")]
    [InlineData("0 1 2\n")]
    [InlineData("0 1 2 3 4\n")]
    [InlineData("0 1  2 3\n")]
    [InlineData("0 -1 2 3\n")]
    [InlineData("0 !\n")]
    [InlineData("0 !!5\n")]
    [InlineData("0 !5 6\n")]
    [InlineData("0 1!5\n")]
    [InlineData("1 1 2 3\n")]
    [InlineData("0 9999999999999999999 2 3\n")]
    public void Nonsense_is_none(string text)
    {
        var answer = new DiskAnswer(1);
        Assert.False(answer.Take(Encoding.ASCII.GetBytes(text)));
        Assert.Null(answer.Told[0]);
    }
}
