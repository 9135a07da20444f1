using System.Text;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Tests.Probing;

public sealed class FinalStatusTests
{
    private const string Hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nX: y\r\n\r\n";

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", 200)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", 200)]
    [InlineData("HTTP/1.1 102 Processing\n\nHTTP/1.1 503 Busy\n", 503)]
    [InlineData(Hints + "HTTP/1.1 204\r\n", 204)]
    [InlineData(Hints + "HTTP/1.1 100\r\n\r\n" + Hints + Hints + "HTTP/1.1 199 x\r\nA: b\r\n\r\nHTTP/1.1 404 Not Found\r\n", 404)]
    [InlineData("\r\n" + Hints + "\r\nHTTP/1.1 200 OK\r\n", 200)]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 101)]
    [InlineData("HTTP/1.1 103 x\r\nHTTP/1.1 200 OK\r\n\r\nHTTP/1.1 500 Oh\r\n", 500)]
    public void Interim_answers_are_ignored_however_they_are_cut(string text, int code)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        for (var size = 1; size <= bytes.Length; size++)
            Assert.Equal((code, null), Take(bytes, size));
    }

    [Theory]
    [InlineData("", "closed without an answer")]
    [InlineData("HTTP/1.1 20", "closed in the middle of its status line")]
    [InlineData(Hints, "closed after an interim answer, 103, without the final one")]
    [InlineData("HTTP/1.1 102 x\r\nA: b", "closed after an interim answer, 102, without the final one")]
    [InlineData(Hints + "SSH-2.0", "answered something that is not HTTP/1")]
    [InlineData("SSH-2.0", "answered something that is not HTTP/1")]
    public void Without_a_final_one_there_is_none(string text, string problem)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        for (var size = 1; size <= Math.Max(bytes.Length, 1); size++)
            Assert.Equal((0, problem), Take(bytes, size));
    }

    [Theory]
    [InlineData("HTTP/1.1 103 x\r\n\r\n", "answered with more than 32 interim answers (1xx) and no final one")]
    [InlineData("HTTP/1.1 102 x\r\nA: bcdefghijklmnopqrstuvwxyz", "answered with heads of more than 64 KiB")]
    public void An_answer_that_never_ends_is_given_up(string more, string problem)
    {
        var status = new FinalStatus();
        var piece = Encoding.ASCII.GetBytes(more);
        var taken = 0;
        while (!status.IsDone && taken < 10_000_000)
        {
            status.Add(piece);
            taken += piece.Length;
        }
        Assert.Equal(problem, status.Problem);
        Assert.InRange(taken, 0, 70_000);
    }

    [Fact]
    public void As_many_as_are_allowed_are_passed_over()
    {
        var status = new FinalStatus();
        for (var i = 0; i < HttpHead.MaxInterim; i++)
            status.Add(Encoding.ASCII.GetBytes(Hints));
        Assert.False(status.IsDone);
        status.Add("HTTP/1.1 200 OK\r\n"u8);
        Assert.Equal(200, status.Code);
    }

    private static (int Code, string? Problem) Take(byte[] bytes, int size)
    {
        var status = new FinalStatus();
        foreach (var piece in bytes.Chunk(size))
            status.Add(piece);
        status.End();
        return (status.Code, status.Problem);
    }
}
