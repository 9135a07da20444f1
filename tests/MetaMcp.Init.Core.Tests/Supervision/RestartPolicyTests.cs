using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class RestartPolicyTests
{
    [Theory]
    [InlineData(RestartPolicy.Always, 0, "a exited with 0, again in 1s")]
    [InlineData(RestartPolicy.Always, 1, "a again in 1s: exit code 1")]
    [InlineData(RestartPolicy.Always, 3, "a exited with 3, again in 1s")]
    [InlineData(RestartPolicy.OnFailure, 0, "a finished")]
    [InlineData(RestartPolicy.OnFailure, 1, "a again in 1s: exit code 1")]
    [InlineData(RestartPolicy.OnFailure, 3, "a finished")]
    [InlineData(RestartPolicy.Never, 0, "a finished")]
    [InlineData(RestartPolicy.Never, 1, "a failed: exit code 1")]
    [InlineData(RestartPolicy.Never, 3, "a finished")]
    public void The_end_of_a_daemon_leads_to(RestartPolicy policy, int code, string line)
    {
        var world = new World(Daemon("a").Policy(policy) with { SuccessExitCodes = [3] }, Daemon("b"));
        world.Begin().Forget().Exits("a", code).TellsAmongOthers($"a exit code {code}", line);
    }

    [Theory]
    [InlineData(RestartPolicy.OnFailure, 0, "a completed")]
    [InlineData(RestartPolicy.OnFailure, 3, "a completed")]
    [InlineData(RestartPolicy.OnFailure, 1, "a again in 1s: exit code 1")]
    [InlineData(RestartPolicy.Never, 0, "a completed")]
    [InlineData(RestartPolicy.Never, 1, "a failed: exit code 1")]
    public void The_end_of_a_oneshot_leads_to(RestartPolicy policy, int code, string line)
    {
        var world = new World(Oneshot("a").Policy(policy) with { SuccessExitCodes = [3] }, Daemon("b"));
        world.Begin().Forget().Exits("a", code).TellsAmongOthers($"a exit code {code}", line);
    }

    [Fact]
    public void A_signal_is_no_success_whatever_its_number()
    {
        var world = new World(Daemon("a").Policy(RestartPolicy.Never) with { SuccessExitCodes = [137] }, Daemon("b"));
        world.Begin().Forget().IsKilledBy("a", Signal.Kill)
            .Tells("a killed by SIGKILL", "a failed: killed by SIGKILL", "degraded: a (killed by SIGKILL)");
    }

    [Fact]
    public void A_service_that_was_asked_to_stop_is_not_restarted_even_under_always()
    {
        var world = new World(Daemon("a").Policy(RestartPolicy.Always));
        world.Begin().Forget().Signal(Signal.Term).TellsAmongOthers("SIGTERM a", "a killed by SIGTERM", "a stopped", "exit 0");
    }
}
