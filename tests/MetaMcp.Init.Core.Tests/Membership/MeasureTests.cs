using System.Text;
using MetaMcp.Init.Core.Membership;

namespace MetaMcp.Init.Core.Tests.Membership;

public sealed class MeasureTests
{
    [Fact]
    public void A_request_is_read_as_it_was_written()
    {
        int[][] groups = [[12, 13], [], [2147483647]];
        string[] words = [.. MeasureRequest.Encode(groups)];
        Assert.Equal(["12", "13", ":", ":", "2147483647", ":"], words);
        Assert.Equal(groups, MeasureRequest.Parse(words));
    }

    [Theory]
    [InlineData("12")]
    [InlineData("12 : 13")]
    [InlineData("0 :")]
    [InlineData("-1 :")]
    [InlineData("2147483648 :")]
    [InlineData("self :")]
    public void Anything_else_is_none(string words) => Assert.Null(MeasureRequest.Parse(words.Split(' ')));

    [Fact]
    public void An_answer_may_come_in_any_pieces_and_in_any_order()
    {
        var answer = new MeasureAnswer(4);
        foreach (var piece in new[] { "2 1", "2", "\n0 0\n1", " ~", "345\n3" })
            Assert.True(answer.Take(Encoding.ASCII.GetBytes(piece)));
        Assert.Equal([new(0, false), new(345, true), new(12, false), null], answer.Told);
        Assert.False(answer.IsWhole);
        Assert.True(answer.Take(" 8\n"u8));
        Assert.True(answer.IsWhole);
    }

    [Fact]
    public void A_measurement_is_read_as_it_was_written()
    {
        foreach (var measured in new[] { new Measured(4096, true), new Measured(0, false) })
        {
            var answer = new MeasureAnswer(1);
            Assert.True(answer.Take(Encoding.ASCII.GetBytes($"0 {measured}\n")));
            Assert.Equal(measured, Assert.Single(answer.Told));
        }
    }

    [Theory]
    [InlineData("0 5\nx", 1)]
    [InlineData("\n", 0)]
    [InlineData("5\n", 0)]
    [InlineData("0 \n", 0)]
    [InlineData("0 ~\n", 0)]
    [InlineData("0 ~~5\n", 0)]
    [InlineData("0 5~\n", 0)]
    [InlineData("0 5\n1 -6\n", 1)]
    [InlineData("2 5\n", 0)]
    [InlineData("0 1125899906842625\n", 0)]
    [InlineData("99999999999999999999 5\n", 0)]
    public void Nonsense_ends_it_and_what_came_before_holds(string text, int told)
    {
        var answer = new MeasureAnswer(2);
        Assert.False(answer.Take(Encoding.ASCII.GetBytes(text)));
        Assert.Equal(told, answer.Told.Count(m => m is not null));
    }
}
