using System.Globalization;
using System.Text.RegularExpressions;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>Limits that the kernel does not enforce.</summary>
public sealed partial class SampledLimitsTests
{
    /// <summary>A service that goes over its limit when it is told to: the line about it proves that there was a close look.</summary>
    public const string Marker = """

        [service.marker]
        command = ["/bin/sh", "-c", "until test -e %/look; do sleep 0.01; done; exec %hog 1000 16 --then-hold --quiet"]
        memory_max = "8MiB"
        restart = "never"
        """;

    private const string Warning = "LIMITS NOT ENFORCED BY THE KERNEL";

    [Theory]
    [InlineData("64")]
    [InlineData("105")]
    [InlineData("128")]
    public async Task A_service_that_grows_is_asked_to_end_within_a_second_of_its_breach(string cap)
    {
        using var files = new Installation($$"""
            [service.hog]
            command = ["%hog", "100", "600"]
            memory_max = "{{cap}}MiB"
            restart = "never"
            """);
        await using var init = await files.Start();
        var end = Holding().Match((await init.WaitFor(" got 15 ")).Text);
        // Memory beside those pages may take the service over its cap before its own line says so.
        var breach = init.Stdout.Select(line => Holding().Match(line))
            .First(m => m.Success && Number(m, "kib") > (long.Parse(cap, CultureInfo.InvariantCulture) - 2) * 1024);
        var took = Number(end, "ms") - Number(breach, "ms");
        TestContext.Current.TestOutputHelper?.WriteLine($"from over {cap} MiB to SIGTERM: {took} ms, holding {Number(end, "kib") / 1024} " +
            "MiB");
        // One second of growth, measured by the memory the service has taken since: on a busy machine it waits as the init does.
        Assert.InRange(Number(end, "kib") - Number(breach, "kib"), 0, 100 * 1024);
        await init.WaitForLog("hog", $"failed: over its memory_max of {cap}MiB, with ");
    }

    [Fact]
    public async Task Those_it_started_count_with_it()
    {
        using var files = new Installation("""
            [service.hog]
            command = ["%hog", "100", "600", "--children", "4"]
            memory_max = "64MiB"
            restart = "never"
            [service.other]
            command = ["%hang"]
            """);
        await using var init = await files.Start();
        await init.WaitForLog("hog", "failed: over its memory_max of 64MiB, with ");
        Assert.DoesNotContain(init.Processes(), p => p.Name == "hog" && p.State != 'Z');
    }

    [Fact]
    public async Task The_status_says_for_which_limit_it_was_ended()
    {
        using var files = new Installation("""
            [service.hog]
            command = ["%hog", "100", "600"]
            memory_max = "64MiB"
            restart = { backoff = { initial = "1h", max = "1h" } }
            """);
        await using var init = await files.Start();
        await init.WaitForLog("hog", "restarting in");
        init.Signal(10);
        var status = (await init.WaitForLog("hog", "backing off for")).Text;
        Assert.Matches(", last .*, over its memory_max of 64MiB, with ", status);
        Assert.DoesNotMatch(", memory ", status);
    }

    [Fact]
    public async Task Memory_backed_by_a_file_counts_once()
    {
        // 40 MiB of a file, and four forks that share them: 200 MiB are resident, 40 are used.
        using var files = new Installation("""
            [service.sharing]
            command = ["/bin/sh", "-c", "exec %hog 1000 40 --then-share 4"]
            memory_max = "64MiB"
            """ + Marker);
        await using var init = await files.Start();
        await init.WaitFor("sharing with 4");
        await files.Look(init);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("sharing", "ended"));
    }

    /// <summary>
    /// 40 MiB that five processes share, as servers do that fork in advance: of our own user, and of another user with the rights that
    /// Docker gives.
    /// </summary>
    [Theory]
    [InlineData("")]
    [InlineData("user = \"54003\"")]
    public async Task Memory_that_forks_share_counts_once(string user)
    {
        using var files = new Installation($$"""
            [init]
            log_level = "debug"
            [service.sharing]
            command = ["%hog", "1000", "40", "--then-fork", "4"]
            memory_max = "64MiB"
            {{user}}
            """ + Marker);
        await using var init = await InitProcess.Start(files.Setup.WithDockersCapabilities());
        await init.WaitFor("sharing with 4");
        await files.Look(init);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("sharing", "ended"));
        // The forks lose their parent in the stop; the child that measured is no orphan.
        Assert.Equal(4, init.Lines.Logged("", "reaped orphan").Count);
    }

    [Fact]
    public async Task A_service_with_too_many_tasks_is_ended_and_started_again()
    {
        using var files = new Installation("""
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.many]
            command = ["/bin/sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do sleep 1h & done; wait"]
            tasks_max = 8
            """);
        await using var init = await files.Start();
        var ended = await init.WaitForLog("many", "ended, over its tasks_max of 8, with 10 tasks");
        await init.WaitForLog("many", "over its tasks_max of 8, with 10 tasks; restarting", ended);
        var started = await init.WaitForLog("many", "started", ended);
        Assert.True(init.Processes().Count(p => p.Name == "sleep") < 10, "those of before are gone");
        Assert.NotNull(started);
    }

    /// <summary>Nothing is watched before the limit, which stays in force.</summary>
    [Fact]
    public async Task All_together_have_a_limit_which_costs_the_largest_that_is_optional()
    {
        using var files = new Installation("""
            [limits]
            memory = "100MiB"
            [service.needed]
            command = ["%hog", "500", "70", "--then-hold"]
            required = true
            [service.extra]
            command = ["%hog", "500", "40", "--then-hold"]
            restart = "never"
            """ + Marker);
        await using var init = await InitProcess.Start(
            files.Setup with { Environment = new Dictionary<string, string> { ["METAMCP_RESOURCE_MONITORING"] = "false" } });
        await init.WaitForLog("extra", "ended, the largest, where all together are over memory of [limits], 100MiB, with 1");
        await init.WaitForLog("extra", "failed");
        await files.Look(init);
        Assert.Equal(["extra", "marker"], init.Lines.ServicesWith("ended, "));
    }

    [Fact]
    public async Task It_is_said_once_that_the_kernel_does_not_enforce_them()
    {
        using var files = new Installation("""
            [service.one]
            command = ["%hang"]
            memory_max = "1GiB"
            cpu_max = 1.0
            [service.two]
            command = ["%hang"]
            tasks_max = 10
            """);
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        var line = Assert.Single(init.Lines, l => l.Text.Contains(Warning, StringComparison.Ordinal));
        Assert.Contains("ends a service over its memory_max or tasks_max", line.Text, StringComparison.Ordinal);
        Assert.Contains("cpu limits have no effect", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_limits_nothing_is_said()
    {
        using var files = new Installation("[service.one]\ncommand = [\"%hang\"]");
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        Assert.DoesNotContain(init.Lines, l => l.Text.Contains("LIMITS", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_file_that_requires_enforcement_by_the_kernel_is_refused_without_it()
    {
        using var files = new Installation("[limits]\nenforce = \"require\"\n[service.one]\ncommand = [\"%hang\"]\nmemory_max = \"1GiB\"");
        var ended = await files.Run();
        Assert.Equal(111, ended.Code);
        Assert.Contains("limits.enforce is \"require\", and ", Assert.Single(ended.Stderr), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_enforcement_off_no_run_is_ended()
    {
        using var files = new Installation("""
            [limits]
            enforce = "off"
            memory = "1MiB"
            [service.hog]
            command = ["%hog", "40", "60", "--then-hold"]
            memory_max = "8MiB"
            """);
        await using var init = await files.Start();
        await init.WaitFor("holds 61440 KiB");
        Assert.DoesNotContain(
            init.Lines, l => l.Text.Contains(Warning, StringComparison.Ordinal) || l.Text.Contains(": ended", StringComparison.Ordinal));
        await init.WaitForLog("", "limits.enforce is \"off\"");
    }

    private static long Number(Match match, string name) => long.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"hog \d+ (holds|got 15 with) (?<kib>\d+) KiB at (?<ms>\d+) ms")]
    private static partial Regex Holding();
}

internal static class Looking
{
    /// <summary>Waits for a close look at the use of runs; the file must have <see cref="SampledLimitsTests.Marker"/>.</summary>
    public static Task<Line> Look(this Installation files, InitProcess init)
    {
        files.Open("look");
        return init.WaitForLog("marker", "ended, over its memory_max of 8MiB");
    }
}
