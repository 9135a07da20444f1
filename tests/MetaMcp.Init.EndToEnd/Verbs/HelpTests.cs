using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Verbs;

public sealed class HelpTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("launch")]
    [InlineData("probe")]
    [InlineData("check")]
    [InlineData("plan")]
    [InlineData("doctor")]
    [InlineData("exec")]
    [InlineData("intercept")]
    public async Task Every_verb_says_what_it_takes(string verb)
    {
        foreach (var option in (string[])["--help", "-h"])
        {
            var (exit, output, error) = await InitProcess.Program(Files.Binary, verb, option);
            Assert.Equal((0, ""), (exit, error));
            Assert.Contains($"mcp-init {verb}", output, StringComparison.Ordinal);
            Assert.Contains("exit codes", output, StringComparison.Ordinal);
            Assert.All(output.Split('\n'), line => Assert.True(line.Length <= 140, line));
        }
    }

    [Theory]
    [InlineData("--config")]
    [InlineData("--config=")]
    [InlineData("run", "--config")]
    [InlineData("run", "--config=")]
    [InlineData("run", "--config", "")]
    public async Task A_config_without_a_file_says_so(params string[] words)
    {
        var (exit, _, error) = await InitProcess.Program(Files.Binary, words);
        Assert.Equal((100, "mcp-init: run: --config names no file; write mcp-init run --config FILE\n"), (exit, error));
    }
}
