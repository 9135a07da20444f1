using System.Text;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Tests.Config;

public sealed class NotInForceTests
{
    [Fact]
    public void A_key_without_effect_yet_is_named_once_at_its_first_place()
    {
        const string Text = """
            [limits]
            memory = "4GiB"
            max_instances = 15
            max_per_type = 3
            disk_warning = 75
            [service.a]
            command = ["a"]
            memory_max = "1GiB"
            [service.b]
            command = ["b"]
            [launch]
            intercept = ["npx"]
            [server.c]
            share = true
            share_linger = "1m"
            [server.d]
            share = false
            """;
        Assert.Equal(
            [
                "f:14:1: warning: share of a server is read and checked, but has no effect yet",
                "f:15:1: warning: share_linger of a server is read and checked, but has no effect yet",
            ],
            Read(Text).NotInForce.Select(d => d.ToString()));
    }

    [Fact]
    public void A_file_of_what_works_has_none() =>
        Assert.Empty(
        Read("[service.a]\ncommand = [\"a\"]\nuser = \"b\"\nmemory_max = \"1GiB\"\n[limits]\ntasks = 9\nenforce = \"off\"\n").NotInForce);

    private static Settings Read(string text)
    {
        var result = ConfigReader.Read("f", Encoding.UTF8.GetBytes(text));
        Assert.NotNull(result.Settings);
        return result.Settings;
    }
}
