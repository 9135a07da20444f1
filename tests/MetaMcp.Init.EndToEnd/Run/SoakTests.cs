using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary><c>make soak</c> in short: an installation under steady attack, whose figures all hold.</summary>
public sealed class SoakTests
{
    /// <summary>The figures, in the order of the last table.</summary>
    private static readonly string[] Figures =
    [
        "memory of services and servers, most", "instances at a time, most", "recovery of gateway, slowest", "recovery of web, slowest",
        "startup", "shutdown, one server at least runs", "survivors", "lost statuses", "zombies for more than 2 s",
        "alerts that the command did not get", "memory ended a run before the limit", "a server ended for its own cap",
        "circuit opened, and closed", "bugs and repairs told", "PID 1: descriptors at rest", "PID 1: own memory at the end",
    ];

    [Fact]
    public async Task Every_figure_holds_after_a_minute_of_attack()
    {
        var soak = await InitProcess.Run(Script("scripts/soak", "--minutes", "1", "--seed", "7"), TimeSpan.FromSeconds(95));
        var all = string.Join('\n', soak.Lines.Select(line => line.Text));
        Assert.True(soak.Code == 0, all);
        string[][] rows =
        [
            .. soak.Stdout.SkipWhile(line => !line.StartsWith("## The soak, limits kept by ", StringComparison.Ordinal))
                .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(2)
                .Select(line => line.Split('|').Select(cell => cell.Trim()).ToArray()),
        ];
        Assert.Equal(Figures, rows.Select(row => row[1]));
        Assert.All(rows, row => Assert.Equal("ok", row[4]));
    }

    [Theory]
    [InlineData("--minutes", "0")]
    [InlineData("--seed", "x")]
    [InlineData("--sessions", "100")]
    [InlineData("--hours", "1")]
    public async Task A_wrong_command_line_starts_nothing(string option, string value)
    {
        var soak = await InitProcess.Run(Script("scripts/soak", option, value));
        Assert.Equal(100, soak.Code);
        Assert.Empty(soak.Stdout);
    }

    [Fact]
    public async Task The_same_seed_is_the_same_sequence_of_acts_and_another_seed_another()
    {
        var plan = Path.Combine(Files.Root, "scripts/soaking/plan.mjs");
        async Task<string> Acts(int seed) => Assert.Single((await InitProcess.Run(Script(
            "/usr/bin/env", "node", "--input-type=module", "-e",
            $"import {{ attacks, sessionsOf }} from '{plan}'; const sessions = sessionsOf({seed}, 3);" +
            $"const some = Array.from({{ length: 20 }}, () => sessions.next().value);" +
            $"console.log(JSON.stringify([attacks({seed}, 120000), some]));"))).Stdout);
        var seven = await Acts(7);
        Assert.Contains("kill the gateway", seven, StringComparison.Ordinal);
        Assert.Equal(seven, await Acts(7));
        Assert.NotEqual(seven, await Acts(8));
    }

    private static Setup Script(string name, params string[] arguments) => new(arguments)
    {
        Program = Path.Combine(Files.Root, name),
        Environment = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
            ["HOME"] = Environment.GetEnvironmentVariable("HOME") ?? "/root",
        },
    };
}
