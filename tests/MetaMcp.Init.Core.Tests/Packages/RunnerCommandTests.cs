using MetaMcp.Init.Core.Packages;

namespace MetaMcp.Init.Core.Tests.Packages;

public sealed class RunnerCommandTests
{
    [Theory]
    [InlineData("npx pkg", "pkg", true, 2)]
    [InlineData("npx -y pkg@1 --port 1", "pkg", true, 3)]
    [InlineData("npx --yes -q -- @s/pkg arg", "@s/pkg", true, 5)]
    [InlineData("/usr/local/bin/npx -y pkg", "pkg", true, 3)]
    [InlineData("npx --registry https://r.example pkg", "pkg", false, 4)]
    [InlineData("npx --registry=https://r.example pkg", "pkg", false, 3)]
    [InlineData("npx --prefer-offline pkg -p 3", "pkg", false, 3)]
    [InlineData("npx --unknown pkg arg", "pkg", false, 3)]
    [InlineData("npx --yes true pkg", "pkg", false, 4)]
    [InlineData("npx -p @s/pkg command arg", "@s/pkg", false, 4)]
    [InlineData("npx --package=@s/pkg@2 -y -- command", "@s/pkg", false, 5)]
    [InlineData("npx -y user/repository", "repository", true, 3)]
    [InlineData("npm exec --yes -- pkg arg", "pkg", false, 5)]
    [InlineData("npm x pkg", "pkg", false, 3)]
    [InlineData("uvx mcp_server", "mcp-server", true, 2)]
    [InlineData("uvx -q mcp-server@1.2 --port 1", "mcp-server", true, 3)]
    [InlineData("uvx --from Package==1 command", "package", false, 4)]
    [InlineData("uvx --from=package command", "package", false, 3)]
    [InlineData("uvx -p 3.12 --with httpx server", "server", false, 6)]
    [InlineData("uvx --python=3.12 server", "server", false, 3)]
    [InlineData("uvx --from git+https://git.example/x/y y", "y", false, 4)]
    [InlineData("uv tool run server arg", "server", false, 4)]
    public void The_package_is_found_as_the_runner_finds_it(string line, string package, bool isPlain, int length)
    {
        var call = RunnerCommand.Read(line.Split(' '));
        Assert.NotNull(call);
        Assert.Equal((package, isPlain, length), (call.Package?.Name, call.IsPlain, call.Length));
    }

    [Theory]
    [InlineData("npx")]
    [InlineData("npx --version")]
    [InlineData("npx -v")]
    [InlineData("npx --help pkg")]
    [InlineData("npx -c command")]
    [InlineData("npx -p a -c command")]
    [InlineData("npx -p a -p b command")]
    [InlineData("npx -y")]
    [InlineData("npx --yes --")]
    [InlineData("npx --registry")]
    [InlineData("npx .")]
    [InlineData("uvx")]
    [InlineData("uvx --version")]
    [InlineData("uvx --help")]
    [InlineData("uvx --from")]
    [InlineData("uvx --python 3.12")]
    public void A_line_that_starts_no_single_package_has_none(string line) => Assert.Null(RunnerCommand.Read(line.Split(' '))!.Package);

    [Theory]
    [InlineData("node index.js")]
    [InlineData("npm start")]
    [InlineData("npm")]
    [InlineData("uv run server")]
    [InlineData("bash script")]
    [InlineData("bash -c")]
    [InlineData("env")]
    [InlineData("npx2 pkg")]
    public void Another_command_is_no_runner(string line) => Assert.Null(RunnerCommand.Read(line.Split(' ')));

    [Theory]
    [InlineData("npx -y @s/pkg --root \"$HOME\"", "@s/pkg")]
    [InlineData("exec npx '@s/pkg'", "@s/pkg")]
    [InlineData("A=1 B=2 npx pkg", "pkg")]
    [InlineData("env A=1 npx -y pkg", "pkg")]
    [InlineData("npx pkg; rm x", "pkg")]
    [InlineData("npx pkg 2>/dev/null", "pkg")]
    [InlineData("uvx \"mcp server\"", null)]
    [InlineData("cd /srv && npx pkg", null)]
    [InlineData("npx $PACKAGE", null)]
    public void A_line_of_a_shell_is_looked_into(string line, string? package)
    {
        Assert.Equal(package, RunnerCommand.Read(["bash", "-lc", line])?.Package?.Name);
        Assert.Equal(package, RunnerCommand.Read(["/bin/sh", "-e", "-c", line])?.Package?.Name);
        Assert.Equal(package, RunnerCommand.Read(["env", "X=1", "sh", "-c", line])?.Package?.Name);
    }

    [Fact]
    public void Wrappers_without_end_are_no_runner() =>
        Assert.Null(RunnerCommand.Read([.. Enumerable.Repeat("env", 100_000), "npx", "pkg"]));

    [Fact]
    public void The_words_of_a_shell_end_at_its_operators()
    {
        Assert.Equal(["a", "b c", "d\"e", ""], ShellLine.FirstCommand("a 'b c' \"d\\\"e\" '' | f").ToArray());
        Assert.Equal(["a\\b"], ShellLine.FirstCommand("'a\\b'\nc").ToArray());
        Assert.Empty(ShellLine.FirstCommand("; a").ToArray());
        Assert.Equal(["never closed"], ShellLine.FirstCommand("'never closed").ToArray());
    }
}
