using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>Services that open their output again by its name; the kernel decides by the owner and the mode of the pipe.</summary>
public sealed class OwnOutputTests
{
    private const string Talk = """
        type = "oneshot"
        command = ["/bin/sh", "-c", '''
            echo one > /dev/stdout; echo two > /dev/stderr; echo three > /proc/self/fd/1; echo four | tee /dev/stderr
            ln -s /dev/stdout %/access.log; echo five >> %/access.log''']
        """;

    [Theory]
    [InlineData("prefix", "user = \"nobody\"")]
    [InlineData("json", "user = \"nobody\"")]
    [InlineData("prefix", "")]
    public async Task A_service_of_any_user_can_open_them(string mode, string attributes) =>
        AssertSaid(await Run(mode, attributes, setup => setup));

    [Fact]
    public async Task Without_CAP_CHOWN_too() =>
        AssertSaid(await Run("prefix", "user = \"nobody\"", setup => setup with
        {
            Program = "/usr/bin/setpriv",
            Arguments = ["--bounding-set=-chown", Files.Binary, .. setup.Arguments],
        }));

    [Fact]
    public async Task An_init_without_privileges_has_nothing_to_do() =>
        AssertSaid(await Run("prefix", "", setup => setup with { User = 65534 }));

    [Fact]
    public async Task A_service_that_changes_its_user_itself_can()
    {
        using var files = new Installation("""
            [service.talk]
            type = "oneshot"
            command = ["/usr/bin/setpriv", "--reuid=65534", "--clear-groups", "/bin/sh", "-c", "echo one > /dev/stdout"]
            """);
        Assert.Equal(["talk     | one"], (await files.Run()).Stdout);
    }

    [Fact]
    public async Task A_stdout_shared_by_all_stays_the_containers()
    {
        using var files = new Installation("""
            [service.talk]
            type = "oneshot"
            user = "nobody"
            log = "inherit"
            command = ["/usr/bin/stat", "--dereference", "--terse", "/proc/self/fd/1", "/proc/self/fd/2"]
            """);
        // Name, size, blocks, raw mode (a pipe, 0600), owner.
        Assert.All((await files.Run()).Stdout, line => Assert.Matches("^/proc/self/fd/[12] 0 0 1180 0 ", line));
    }

    [Fact]
    public async Task Owning_it_a_service_takes_lines_from_itself_and_holds_nothing_up()
    {
        // The service competes with the init for the bytes, and closes the pipe to others; descriptors that are open stay open.
        using var files = new Installation("""
            [service.thief]
            user = "nobody"
            command = ["/bin/sh", "-c", "exec 3<>/dev/stdout; chmod 0 /proc/self/fd/3; cat <&3 >/dev/null & exec %flood"]
            [service.quiet]
            command = ["/bin/sh", "-c", "until test -e %/go; do sleep 0.01; done; echo heard; exec %hang"]
            """);
        await using var init = await files.Start();
        await init.WaitFor("thief    | flood ");
        files.Open("go");
        await init.WaitFor("quiet    | heard");
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    private static async Task<Ended> Run(string mode, string attributes, Func<Setup, Setup> change)
    {
        using var files = new Installation($"[service.talk]\n{Talk}\nlog = \"{mode}\"\n{attributes}");
        return await InitProcess.Run(change(files.Setup));
    }

    private static void AssertSaid(Ended ended)
    {
        string[] expected = ["one", "three", "four", "five"];
        Assert.Equal(expected, ended.Stdout.Select(line => Array.Find(expected, word => line.Contains(word, StringComparison.Ordinal))));
        Assert.Contains(ended.Stderr, line =>
            line.Contains("two", StringComparison.Ordinal) && line.Contains("talk", StringComparison.Ordinal));
        Assert.Contains(ended.Stderr, line => line.Contains("four", StringComparison.Ordinal));
    }
}
