using MetaMcp.Init.Core.Unwrapping;

namespace MetaMcp.Init.Core.Tests.Unwrapping;

/// <summary>The layout is that of uv's documentation ("Tools"); the machine of the tests has no uv.</summary>
public sealed class UvxUnwrapTests
{
    private const string Tool = "/home/u/.local/share/uv/tools/mcp-server-git";

    private readonly TableOfFiles files = new();

    private readonly Dictionary<string, string> variables = new(StringComparer.Ordinal) { ["PATH"] = "/usr/bin", ["HOME"] = "/home/u" };

    public UvxUnwrapTests()
    {
        files.AddProgram("/usr/bin/uvx");
        files.AddProgram("/usr/bin/uv");
        files[$"{Tool}/uv-receipt.toml"] = "";
        files.AddProgram($"{Tool}/bin/mcp-server-git");
    }

    [Fact]
    public void An_installed_tool_is_started_itself()
    {
        var result = Resolve("uvx", "-q", "mcp-server-git", "--repository", ".");
        Assert.Equal(($"{Tool}/bin/mcp-server-git", 3, ""), (result.Program, result.Replaced, result.Reason));
        Assert.Equal(($"{Tool}/bin:/usr/bin", "/usr/bin/uv"), (result.Environment["PATH"], result.Environment["UV"]));
    }

    [Theory]
    [InlineData("uvx is given no plain name of a package", "uvx", "mcp-server-git@latest")]
    [InlineData("uvx is given no plain name of a package", "uvx", "mcp-server-git==1")]
    [InlineData("uvx is given no plain name of a package", "uvx", "mcp-server-git[x]")]
    [InlineData("uvx is given no plain name of a package", "uvx", "--version")]
    [InlineData("uvx is given more than -q", "uvx", "--from", "mcp-server-git", "x")]
    [InlineData("uvx is given more than -q", "uvx", "--isolated", "mcp-server-git")]
    [InlineData("uvx is given more than -q", "uvx", "--with", "x", "mcp-server-git")]
    [InlineData("other is not installed by \"uv tool install\"", "uvx", "other")]
    [InlineData(Tool + " has no program Mcp_Server_Git", "uvx", "Mcp_Server_Git")]
    public void Everything_else_stays(string reason, params string[] command)
    {
        var result = Resolve(command);
        Assert.Equal((null, reason), (result.Program, result.Reason));
    }

    [Theory]
    [InlineData("UV_PYTHON", "3.12", "UV_PYTHON is set, which may change what uvx starts")]
    [InlineData("UV_TOOL_DIR", "/opt/tools", "mcp-server-git is not installed by \"uv tool install\"")]
    [InlineData("XDG_DATA_HOME", "/data", "mcp-server-git is not installed by \"uv tool install\"")]
    [InlineData("HOME", "", "HOME is not set, so the directory of uv's tools is not known")]
    [InlineData("UV_CACHE_DIR", "/cache", "")]
    public void A_variable_may_move_or_change_the_tools(string name, string value, string reason)
    {
        variables[name] = value;
        Assert.Equal(reason, Resolve("uvx", "mcp-server-git").Reason);
    }

    [Fact]
    public void Another_uvx_stays()
    {
        files.Links["/usr/bin/uvx"] = "/opt/mise/bin/mise";
        Assert.Equal("uvx is not uv's own program", Resolve("uvx", "mcp-server-git").Reason);
    }

    private UnwrapResult Resolve(params string[] command) => Unwrapper.Resolve(
        new UnwrapRequest { Command = command, Program = "/usr/bin/uvx", Variables = variables, Directory = "/srv", Now = 0 }, files)!;
}
