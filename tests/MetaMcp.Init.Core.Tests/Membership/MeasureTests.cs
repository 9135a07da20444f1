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
    public void An_answer_may_come_in_any_pieces()
    {
        var answer = new MeasureAnswer();
        foreach (var piece in new[] { "1", "2", "\n0\n34", "5\n6" })
            Assert.True(answer.Take(System.Text.Encoding.ASCII.GetBytes(piece)));
        Assert.Equal([12, 0, 345], answer.Told);
    }

    [Theory]
    [InlineData("5\nx", 1)]
    [InlineData("\n", 0)]
    [InlineData("5\n-6\n", 1)]
    [InlineData("99999999999999999999\n", 0)]
    public void Nonsense_ends_it_and_what_came_before_holds(string text, int told)
    {
        var answer = new MeasureAnswer();
        Assert.False(answer.Take(System.Text.Encoding.ASCII.GetBytes(text)));
        Assert.Equal(told, answer.Told.Count);
    }
}
