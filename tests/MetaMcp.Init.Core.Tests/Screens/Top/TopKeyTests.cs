using System.Text;
using MetaMcp.Init.Core.Screens.Top;

namespace MetaMcp.Init.Core.Tests.Screens.Top;

public sealed class TopKeyTests
{
    [Theory]
    [InlineData("\e[A", TopKeyKind.Up)]
    [InlineData("\eOB", TopKeyKind.Down)]
    [InlineData("\e[1;5A", TopKeyKind.Up)]
    [InlineData("\e[5~", TopKeyKind.PageUp)]
    [InlineData("\e[6~", TopKeyKind.PageDown)]
    [InlineData("\e[H", TopKeyKind.Home)]
    [InlineData("\e[1~", TopKeyKind.Home)]
    [InlineData("\eOF", TopKeyKind.End)]
    [InlineData("\e[4~", TopKeyKind.End)]
    [InlineData("\r", TopKeyKind.Enter)]
    [InlineData("\n", TopKeyKind.Enter)]
    [InlineData("\eOM", TopKeyKind.Enter)]
    [InlineData("\e", TopKeyKind.Escape)]
    [InlineData("\u007f", TopKeyKind.Backspace)]
    [InlineData("\b", TopKeyKind.Backspace)]
    public void Keys_are_known_by_their_bytes(string bytes, TopKeyKind key) => Assert.Equal(key, Assert.Single(Read(bytes)).Kind);

    [Theory]
    [InlineData("\e[2~")]
    [InlineData("\e[15~")]
    [InlineData("\e[I")]
    [InlineData("\e[<0;10;10")]
    [InlineData("\e[")]
    public void Other_sequences_are_no_key_and_no_letters(string bytes) => Assert.Empty(Read(bytes));

    [Fact]
    public void Many_keys_of_one_read_are_all_there()
    {
        var characters = Read("\e[Ajü\e[2~語\u0003").Where(key => key.Kind == TopKeyKind.Character).Select(key => key.Character);
        Assert.Equal("jü語\u0003", string.Concat(characters));
    }

    [Fact]
    public void Any_bytes_are_read_to_their_end()
    {
        var random = new Random(7);
        var bytes = new byte[64];
        for (var look = 0; look < 10_000; look++)
        {
            random.NextBytes(bytes);
            bytes[random.Next(bytes.Length)] = 0x1b;
            Assert.InRange(TopKey.Read(bytes).Count, 0, bytes.Length);
        }
    }

    private static IReadOnlyList<TopKey> Read(string text) => TopKey.Read(Encoding.UTF8.GetBytes(text));
}
