using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

public sealed class AttributeTests
{
    [Theory]
    [InlineData("user = \"nobody\"", "uid=65534,65534", "gid=65534,65534")]
    [InlineData("user = \"54004\"\ngroup = \"54005\"", "uid=54004,54004", "gid=54005,54005")]
    [InlineData("user = \"54004\"\ngroup = \"54005\"\nsupplementary_groups = [\"54006\", \"54007\"]", "groups=54006,54007")]
    [InlineData("umask = \"027\"", "umask=0027")]
    [InlineData("working_dir = \"/usr\"", "cwd=/usr")]
    [InlineData("nice = 7", "nice=7")]
    [InlineData("rlimits = { nofile = 77 }", "nofile=77,77")]
    [InlineData("oom_score_adjust = 321", "oom_score_adj=321")]
    [InlineData("capabilities = []", "CapEff=0000000000000000", "CapPrm=0000000000000000", "CapBnd=0000000000000000")]
    [InlineData("capabilities = [\"net_bind_service\"]", "CapEff=0000000000000400", "CapBnd=0000000000000400")]
    [InlineData("user = \"54004\"\ngroup = \"54004\"\ncapabilities = [\"net_bind_service\"]", "CapEff=0000000000000400", "uid=54004,54004")]
    [InlineData("nice = 1", "no_new_privs=1", "fds=0,1,2")]
    [InlineData("no_new_privileges = false", "no_new_privs=0", "fds=0,1,2")]
    [InlineData("environment = { ONE = \"1\", TWO = \"2 and more\" }", "env ONE=1", "env TWO=2 and more", "env GIVEN=yes")]
    public async Task A_service_is_what_the_file_says(string attributes, params string[] expected)
    {
        var lines = await Attributes(attributes);
        foreach (var line in expected)
            Assert.Contains($"shown    | {line}", lines);
    }

    [Fact]
    public async Task Clear_environment_leaves_what_the_file_gives()
    {
        var lines = await Attributes("clear_environment = true\nenvironment = { ONE = \"1\" }");
        Assert.Contains("shown    | env ONE=1", lines);
        Assert.DoesNotContain("shown    | env GIVEN=yes", lines);
    }

    [Fact]
    public async Task A_service_leads_a_session_of_its_own()
    {
        var line = (await Attributes("")).Single(text => text.Contains("sid=", StringComparison.Ordinal));
        var ids = line.Split("sid=")[1].Split(' ').Select(word => word.Split('=')[^1]).Distinct();
        Assert.Single(ids);
    }

    [Theory]
    [InlineData("user = \"no-such-user\"", "no-such-user")]
    [InlineData("working_dir = \"/no/such/place\"", "ENOENT")]
    public async Task An_attribute_that_cannot_be_applied_fails_the_service_with_the_reason(string attributes, string reason)
    {
        using var files =
            new Installation("[startup]\nretries = 0\n[service.shown]\ntype = \"oneshot\"\nrequired = true\ncommand = " +
                $"[\"%attributes\"]\n{attributes}");
        var ended = await files.Run();
        Assert.NotEqual(0, ended.Code);
        Assert.Contains(ended.Lines.Logged("shown", "failed"), line => line.Text.Contains(reason, StringComparison.Ordinal));
        Assert.DoesNotContain(ended.Stdout, line => line.Contains("uid=", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> Attributes(string attributes)
    {
        using var files = new Installation($"[service.shown]\ntype = \"oneshot\"\ncommand = [\"%attributes\"]\n{attributes}");
        var setup = files.Setup with { Environment = new Dictionary<string, string> { ["GIVEN"] = "yes" } };
        var ended = await InitProcess.Run(setup);
        Assert.Equal(0, ended.Code);
        return ended.Stdout;
    }
}
