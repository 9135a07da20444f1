using System.Diagnostics;
using MetaMcp.Init.Core.Verbs;

namespace MetaMcp.Init.Core.Tests.Verbs;

/// <summary>The script in a real bash: its function is called as readline calls it, with COMP_WORDS as bash splits the line.</summary>
public sealed class BashCompletionTests : IDisposable
{
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("mcp-init-completion");

    public BashCompletionTests()
    {
        File.WriteAllText(At("script"), Completions.Of("bash"));
        Directory.CreateDirectory(At("files/sub"));
        File.WriteAllText(At("files/a b.toml"), "");
        File.WriteAllText(At("files/c.toml"), "");
    }

    public void Dispose() => scratch.Delete(recursive: true);

    [Fact]
    public void The_script_registers_its_function()
    {
        Assert.Equal(["complete -F _mcp_init mcp-init"], Bash("complete -p mcp-init"));
        Assert.Empty(Bash("set -u -o pipefail; COMP_WORDS=(mcp-init manual ''); COMP_CWORD=2; _mcp_init; [ $? = 0 ] || echo failed"));
    }

    [Fact]
    public void The_first_word_is_a_verb() =>
        Assert.Equal(VerbTable.Visible.Select(verb => verb.Name).Where(name => name != "--").Order(), Complete("").Order());

    [Theory]
    [InlineData("pl", "plan")]
    [InlineData("pro", "probe")]
    [InlineData("place", "")]
    [InlineData("--ver", "--version")]
    [InlineData("--co", "--config")]
    [InlineData("--g", "--grace")]
    [InlineData("plan --", "--json --dot --config --help")]
    [InlineData("plan --j", "--json")]
    [InlineData("check --d", "")]
    [InlineData("exec --key x --own", "--own-socket --own-output")]
    [InlineData("completion ", "bash zsh fish")]
    [InlineData("completion f", "fish")]
    [InlineData("completion bash f", "")]
    [InlineData("help comp", "completion")]
    [InlineData("probe ", "http mcp tcp unix exec")]
    [InlineData("probe --timeout 5s h", "http")]
    [InlineData("probe --timeout = 5s h", "http")]
    [InlineData("probe --timeout ", "")]
    [InlineData("intercept npx u", "uvx")]
    [InlineData("intercept --i", "--install")]
    [InlineData("signal SIGUS", "SIGUSR1 SIGUSR2")]
    [InlineData("signal SIGTERM SIG", "")]
    [InlineData("manual ", "--help -h")]
    [InlineData("launch ", "")]
    [InlineData("nonsense ", "")]
    public void A_word_is_completed(string line, string expected) =>
        Assert.Equal(Words(expected).Order(), Complete(line.Split(' ')).Order());

    [Theory]
    [InlineData("check ", "a b.toml|c.toml|sub")]
    [InlineData("check c", "c.toml")]
    [InlineData("check c.toml ", "--config|--help|-h")]
    [InlineData("plan --json c", "c.toml")]
    [InlineData("plan --config ", "a b.toml|c.toml|sub")]
    [InlineData("plan --config =", "a b.toml|c.toml|sub")]
    [InlineData("plan --config = c", "c.toml")]
    [InlineData("plan -- c", "c.toml")]
    [InlineData("--config c", "c.toml")]
    [InlineData("run --config a", "a b.toml")]
    [InlineData("exec --chdir ", "sub")]
    [InlineData("exec -- cat c", "c.toml")]
    [InlineData("exec cat c", "c.toml")]
    [InlineData("launch memory -- cat c", "c.toml")]
    [InlineData("-g -- cat c", "c.toml")]
    [InlineData("-- ./", "./a b.toml|./c.toml|./sub")]
    public void A_file_is_completed_where_one_belongs(string line, string expected) =>
        Assert.Equal(expected.Split('|').Order(), Complete(line.Split(' ')).Order());

    [Theory]
    [InlineData("exec --nice 5 -- ba")]
    [InlineData("exec ba")]
    [InlineData("launch memory -- ba")]
    [InlineData("-- ba")]
    [InlineData("-p SIGTERM -- ba")]
    [InlineData("probe exec -- ba")]
    public void A_command_is_completed_behind_the_dashes(string line) =>
        Assert.Contains("bash", Complete(line.Split(' ')));

    [Fact]
    public void Every_option_of_every_verb_is_completed() =>
        Assert.All(VerbTable.Visible.Where(verb => verb.Name != "--"), verb =>
            Assert.Equal(
                [.. verb.Options.SelectMany(NamesOf).Order(), .. (string[])["--help"]],
                Complete(verb.Name, "-").Where(word => word is not ("--" or "-h" or "--help")).Order().Append("--help")));

    /// <summary>Clients choose the names of servers; the shell is the operator's, and may be root's.</summary>
    [Fact]
    public void A_name_of_a_server_is_a_word_and_never_a_command()
    {
        string[] names =
        [
            "plain@1", $"$(touch {At("done")})", $"`touch {At("done")}`", $"<(touch {At("done")})", $"a[$(touch {At("done")})]", "*",
            "a b", "it's", "\"quoted", "$HOME", "${HOME}", "{a,b}", "~", "back\\slash", "-n",
        ];
        File.WriteAllLines(At("names"), names);
        var stub = $"mcp-init() {{ cat {At("names")}; }}; ";
        Assert.Equal(names.Order(), Complete(stub, ["stop", ""]).Order());
        Assert.Equal(["plain@1"], Complete(stub, ["stop", "p"]));
        Assert.Equal(["*"], Complete(stub, ["stop", "*"]));
        Assert.Equal(["a b", $"a[$(touch {At("done")})]"], Complete(stub, ["stop", "a"]).Order());
        Assert.Equal([$"$(touch {At("done")})"], Complete(stub, ["stop", "$("]));
        Assert.Equal(["back\\slash"], Complete(stub, ["stop", "back\\"]));
        Assert.Empty(Complete(stub, ["stop", "[a-z]"]));
        Assert.False(File.Exists(At("done")));
    }

    private static string[] NamesOf(VerbOption option) => option.Alias is { } alias ? [option.Name, alias] : [option.Name];

    private string At(string name) => Path.Combine(scratch.FullName, name);

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private List<string> Complete(params string[] words) => Complete("", words);

    private List<string> Complete(string before, string[] words) =>
        Bash(before + "COMP_WORDS=(mcp-init \"$@\"); COMP_CWORD=$#; _mcp_init; printf '%s\\n' \"${COMPREPLY[@]}\"", words);

    /// <summary>The lines that the commands write, with those of errors, after the script has been read.</summary>
    private List<string> Bash(string commands, params string[] words)
    {
        var start = new ProcessStartInfo(
            "bash", ["--noprofile", "--norc", "-c", $"exec 2>&1; source \"$0\"; {commands}", At("script"), .. words])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = At("files"),
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
