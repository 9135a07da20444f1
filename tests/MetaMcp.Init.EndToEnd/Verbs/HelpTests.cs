using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Verbs;

public sealed class HelpTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("run")]
    [InlineData("launch")]
    [InlineData("probe")]
    [InlineData("check")]
    [InlineData("plan")]
    [InlineData("doctor")]
    [InlineData("exec")]
    [InlineData("intercept")]
    [InlineData("help")]
    [InlineData("completion")]
    [InlineData("manual")]
    public async Task Every_verb_says_what_it_takes(string verb)
    {
        foreach (var words in (string[][])[[verb, "--help"], [verb, "-h"], ["help", verb]])
        {
            var (exit, output, error) = await InitProcess.Program(Files.Binary, words);
            Assert.Equal((0, ""), (exit, error));
            Assert.StartsWith($"mcp-init {verb}: ", output, StringComparison.Ordinal);
            Assert.Contains("exit codes", output, StringComparison.Ordinal);
            Assert.All(output.Split('\n'), line => Assert.True(line.Length <= 120, line));
        }
    }

    [Fact]
    public async Task The_list_of_verbs_is_asked_for_in_three_ways()
    {
        var (exit, output, error) = await InitProcess.Program(Files.Binary, "--help");
        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("  mcp-init plan [FILE] ", output, StringComparison.Ordinal);
        Assert.Equal((0, output, ""), await InitProcess.Program(Files.Binary, "-h"));
        Assert.Equal((0, output, ""), await InitProcess.Program(Files.Binary, "help"));
    }

    [Fact]
    public async Task The_flags_in_front_of_a_command_have_a_page()
    {
        var (exit, output, error) = await InitProcess.Program(Files.Binary, "help", "--");
        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("mcp-init [FLAGS] -- CMD [ARG…]\n", output, StringComparison.Ordinal);
        Assert.Contains("\n  --grace 2s ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown verb \"paln\"; did you mean \"plan\"? (mcp-init --help says more)", "paln")]
    [InlineData("help: unknown verb \"paln\"; did you mean \"plan\"? (mcp-init --help says more)", "help", "paln")]
    [InlineData("plan: unknown option \"--jsno\"; did you mean \"--json\"? (mcp-init plan --help says more)", "plan", "--jsno")]
    [InlineData(
        "completion: \"bahs\" is no shell; there are bash, zsh, fish; did you mean \"bash\"? (mcp-init completion --help says more)",
        "completion", "bahs")]
    [InlineData(
        "completion: SHELL is missing; write mcp-init completion SHELL (mcp-init completion --help says more)", "completion")]
    public async Task A_slip_is_answered_with_the_word_that_was_meant(string message, params string[] words) =>
        Assert.Equal((100, "", $"mcp-init: {message}\n"), await InitProcess.Program(Files.Binary, words));

    /// <summary>-ww: every warning; formatted at the width of a terminal.</summary>
    [Fact]
    public async Task Groff_formats_the_manual_page_without_a_warning()
    {
        var (exit, page, error) = await InitProcess.Program(Files.Binary, "manual");
        Assert.Equal((0, ""), (exit, error));
        var file = _scratch.Write("mcp-init.8", page);
        var (formatted, output, warnings) = await InitProcess.Program("groff", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=100n", file);
        Assert.Equal((0, ""), (formatted, warnings));
        Assert.Contains("MCP-INIT(8)", output, StringComparison.Ordinal);
        Assert.Contains("docker exec CONTAINER mcp-init doctor", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bash_completes_by_the_script_of_the_binary()
    {
        var (exit, script, error) = await InitProcess.Program(Files.Binary, "completion", "bash");
        Assert.Equal((0, ""), (exit, error));
        Assert.Equal(
            (0, "--json\n--dot\n--config\n--help\n", ""),
            await InitProcess.Program(
                "bash", "--noprofile", "--norc", "-c",
                "source \"$0\" && COMP_WORDS=(mcp-init plan --) COMP_CWORD=2 && _mcp_init && printf '%s\\n' \"${COMPREPLY[@]}\"",
                _scratch.Write("script", script)));
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
