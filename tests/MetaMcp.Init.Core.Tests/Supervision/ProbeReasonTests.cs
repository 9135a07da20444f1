using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>Why a probe failed, and every message that has the reason.</summary>
public sealed class ProbeReasonTests
{
    private const string Refused = "mcp-init probe: tcp 127.0.0.1:1: Connection refused (ECONNREFUSED)";

    [Theory]
    [InlineData(1, Refused, "tcp 127.0.0.1:1: Connection refused (ECONNREFUSED)")]
    [InlineData(1, null, "exit code 1")]
    [InlineData(255, "no memory", "exit code 255: no memory")]
    public void One_of_ours_says_it_in_a_line(int code, string? line, string reason) =>
        Assert.Equal(reason, ReasonOf(new ProbeTarget.Tcp("127.0.0.1:1"), code, line));

    [Theory]
    [InlineData(3, "connection to the database lost", "exit code 3: connection to the database lost")]
    [InlineData(3, null, "exit code 3")]
    // A command that writes the words of the second stage, and ends with a code that the second stage does not use.
    [InlineData(
        1, "mcp-init exec: exec check: No such file or directory (ENOENT)",
        "exit code 1: mcp-init exec: exec check: No such file or directory (ENOENT)")]
    [InlineData(127, "sh: foo: not found", "exit code 127: sh: foo: not found")]
    [InlineData(
        127, "mcp-init exec: exec check: No such file or directory (ENOENT): not found in the PATH",
        "no program \"check\": not found in the PATH")]
    [InlineData(
        126, "mcp-init exec: exec check: Permission denied (EACCES): not executable",
        "exec check: Permission denied (EACCES): not executable")]
    [InlineData(100, "mcp-init exec: user nobodyy: name a user of /etc/passwd", "user nobodyy: name a user of /etc/passwd")]
    public void A_command_has_its_code_and_its_last_line(int code, string? line, string reason) =>
        Assert.Equal(reason, ReasonOf(new ProbeTarget.Exec(["check", "-x"]), code, line));

    [Fact]
    public void A_service_that_is_late_says_why_its_last_probe_failed()
    {
        var world = Failing(Refused);
        world.Begin().Pass("5s")
            .TellsAmongOthers("a again in 1s: not ready within 5s; last probe: tcp 127.0.0.1:1: Connection refused (ECONNREFUSED)");
        world.Program("a").ProbeSays = (null, 9);
        world.Pass("6s").TellsAmongOthers("a again in 2s: not ready within 5s; last probe: exit code 9");
    }

    [Fact]
    public void A_service_whose_probe_hangs_says_that()
    {
        var world = new World(Daemon("a").Probed("1s").StartTimeout("5s"));
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Begin().Pass("5s").TellsAmongOthers("a again in 1s: not ready within 5s; last probe: no answer within 1s");
    }

    [Fact]
    public void A_service_whose_probe_cannot_be_started_says_that()
    {
        var world = new World(Daemon("a").Probed().StartTimeout("5s"));
        world.Program("a").Probe = ProbeBehaviour.CannotStart;
        world.Begin().Pass("5s").TellsAmongOthers(
            "a again in 1s: not ready within 5s; last probe: it could not be started, since the container has no room for another process");
    }

    [Fact]
    public void A_command_that_cannot_be_executed_is_named_at_once_and_once_a_run()
    {
        var check = Daemon("a").Probed().StartTimeout("5s");
        var world = new World(check with { Probe = check.Probe! with { Target = new ProbeTarget.Exec(["check"]) } });
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Program("a").ProbeSays = ("mcp-init exec: exec check: No such file or directory (ENOENT): not found in the PATH", 127);
        world.Begin().Tells("start a", "probe a", "a probe: no program \"check\": not found in the PATH");
        world.Pass("4s").NeverTold("a probe: no program \"check\": not found in the PATH");
        world.Pass("1s").TellsAmongOthers("a again in 1s: not ready within 5s; last probe: no program \"check\": not found in the PATH");
        world.Pass("1s").TellsAmongOthers("a probe: no program \"check\": not found in the PATH");
    }

    [Fact]
    public void Each_failure_of_a_ready_service_is_told_with_its_reason()
    {
        var world = Watched();
        world.Pass("3s");
        Assert.Equal("a: probe failed (1 of 3): exit code 1: lost", world.ProbeFailures[0]);
        Assert.Equal("a: probe failed (2 of 3): exit code 1: lost", world.ProbeFailures[1]);
        Assert.Equal("exit code 1: lost", world.RecordOf("a").Probes.LastFailure);
        world.TellsAmongOthers(
            "a unhealthy: 3 probes in a row failed; last probe: exit code 1: lost",
                "a again in 0s: unhealthy: 3 probes in a row failed; last probe: exit code 1: lost");
    }

    [Fact]
    public void Silence_has_the_reason_too()
    {
        var watched = Beating(1000);
        var world = new World(watched with { Probe = watched.Probe! with { UnhealthyAfter = Span("5s") } });
        world.Begin();
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Program("a").ProbeSays = ("lost", 1);
        world.Pass("10s").TellsAmongOthers("a unhealthy: no probe has succeeded for 5s; last probe: exit code 1: lost");
    }

    private static string ReasonOf(ProbeTarget target, int code, string? line) =>
        ProbeFailure.Of(new ProbeSettings { Target = target }, ExitStatus.Exited(code), line).Reason;

    private static World Failing(string line)
    {
        var world = new World(Daemon("a").Probed().StartTimeout("5s"));
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Program("a").ProbeSays = (line, 1);
        return world;
    }

    private static ServiceSettings Beating(int retries)
    {
        var probed = Daemon("a").Probed();
        return probed with { Probe = probed.Probe! with { Interval = Span("1s"), Timeout = Span("1s"), Retries = retries } };
    }

    private static World Watched()
    {
        var world = new World(Beating(3));
        world.Begin().Forget();
        world.Program("a").Probe = ProbeBehaviour.Fails;
        world.Program("a").ProbeSays = ("lost", 1);
        return world;
    }
}
