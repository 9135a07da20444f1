using System.Text;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Tests.Config;

public sealed class NotInForceTests
{
    [Fact]
    public void What_has_no_effect_yet_is_named_once_at_its_first_place()
    {
        const string Text = """
            [limits]
            memory = "4GiB"
            [service.a]
            command = ["a"]
            memory_max = "1GiB"
            [service.b]
            command = ["b"]
            memory_max = "1GiB"
            [restart]
            breaker = { failures = 5 }
            """;
        Assert.Equal(
            [
                "f:1:2: warning: [limits] is read and checked, but has no effect yet",
                "f:5:1: warning: memory_max is read and checked, but has no effect yet",
                "f:10:1: warning: breaker in [restart] is read and checked, but has no effect yet",
            ],
            Read(Text).NotInForce.Select(d => d.ToString()));
    }

    [Fact]
    public void A_file_of_what_works_has_none() => Assert.Empty(Read("[service.a]\ncommand = [\"a\"]\nuser = \"b\"\n").NotInForce);

    private static Settings Read(string text)
    {
        var result = ConfigReader.Read("f", Encoding.UTF8.GetBytes(text));
        Assert.NotNull(result.Settings);
        return result.Settings;
    }
}
