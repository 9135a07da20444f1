using System.Text;
using MetaMcp.Init.Core.Screens;

namespace MetaMcp.Init.Core.Tests.Screens;

/// <summary>Credentials stand in arguments of servers: no screen shows them.</summary>
public sealed class ShownCommandLineTests
{
    [Theory]
    [InlineData("node|dist/index.js", "node dist/index.js")]
    [InlineData("/usr/local/bin/node|/app/dist/index.js|--port|80", "node index.js …")]
    [InlineData("node|/root/.npm/_npx/1f/node_modules/.bin/mcp-server-memory|sk-secret", "node mcp-server-memory …")]
    [InlineData("npm|exec|@modelcontextprotocol/server-memory|sk-secret", "npm exec @modelcontextprotocol/server-memory …")]
    [InlineData("python3|-m|server|--token=sk-secret", "python3 …")]
    [InlineData("npx|https://user:sk-secret@host/x.js", "npx …")]
    [InlineData("server|API_KEY=sk-secret", "server …")]
    [InlineData("server|sk-secret", "server …")]
    [InlineData("sh|-c|server --token sk-secret", "sh …")]
    [InlineData("uv|tool|run|/opt/tool.py|sk-secret", "uv tool run tool.py …")]
    [InlineData("sleep|600", "sleep …")]
    [InlineData("", "")]
    public void The_program_and_its_script_are_shown_and_no_other_argument(string words, string shown) =>
        Assert.Equal(shown, Shown(words));

    /// <summary>npm puts its arguments there, with blanks between them, in place of its command line.</summary>
    [Theory]
    [InlineData("npm exec @x/server sk-secret", "npm exec @x/server …")]
    [InlineData("npm exec @x/server --api-key sk-secret", "npm exec @x/server …")]
    [InlineData("npm exec server sk-secret", "npm exec …")]
    [InlineData("npm  exec\t@x/server  sk-secret  ", "npm exec @x/server …")]
    [InlineData("/opt/bin/server sk-secret", "server …")]
    [InlineData("node /app/dist/index.js sk-secret", "node index.js …")]
    [InlineData("server sk-secret|left|over", "server …")]
    [InlineData("npm exec @x/server", "npm exec @x/server")]
    [InlineData("nginx: worker process", "nginx: …")]
    [InlineData(" ", "")]
    public void A_title_with_arguments_in_it_is_taken_apart(string words, string shown) => Assert.Equal(shown, Shown(words));

    [Theory]
    [InlineData("npx|/x/server --key sk-secret", "npx …")]
    [InlineData("sh|./start sk-secret", "sh …")]
    [InlineData("node|@x\nsk-secret", "node …")]
    public void An_argument_with_blanks_is_no_script(string words, string shown) => Assert.Equal(shown, Shown(words));

    private static string Shown(string words) =>
        ShownCommandLine.Of(Encoding.UTF8.GetBytes(words.Replace('|', '\0') + "\0"), out var isCut) + (isCut ? " …" : "");
}
