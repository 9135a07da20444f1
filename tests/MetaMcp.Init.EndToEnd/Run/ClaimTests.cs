using System.Globalization;
using System.Text;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>
/// A process of another user claims to belong to a run of another service, and no cgroup tells otherwise. The claim is refused, whether
/// the process guessed the values or learned them.
/// </summary>
public sealed class ClaimTests
{
    /// <summary>
    /// The number of the innocent service's run, as its environment has it, with the token that the liar itself was given.
    /// </summary>
    [Theory]
    [InlineData("mcp-$start-1")]
    [InlineData("mcp-$start-1-0123456789abcdef")]
    [InlineData("mcp-$start-1-$token")]
    // The values come from a process that could read them; only the user is another.
    [InlineData("$(cat %/learned)")]
    public async Task No_other_process_adds_memory_to_a_run_or_keeps_it_from_being_empty(string claim)
    {
        using var files = new Installation($$"""
            [init]
            runtime_dir = "%/run"
            orphan_grace = "1s"
            [restart]
            backoff = { initial = "10ms" }
            breaker = { failures = 1000 }
            [service.innocent]
            command = ["%hang"]
            user = "54012"
            memory_max = "60MiB"
            [service.liar]
            command = ["/bin/sh", "-c", '''
                until test -e %/learned; do sleep 0.01; done
                start=$(echo $MCP_INIT_INSTANCE | cut -d- -f2)
                token=$(echo $MCP_INIT_INSTANCE | cut -d- -f4)
                (env -i MCP_INIT_INSTANCE={{claim}} setsid %hog 1000 100 --then-hold --ignore-term &)
                exec %hang''']
            user = "54013"
            """ + SampledLimitsTests.Marker);
        await using var init = await files.Start();
        var ready = await init.WaitForLog("innocent", "ready");
        await init.WaitForLog("liar", "ready");
        var environment = Encoding.UTF8.GetString(await File.ReadAllBytesAsync(
            $"/proc/{init.Inside(Log.PidIn(ready)).Pid}/environ", TestContext.Current.CancellationToken)).Split('\0');
        var id = environment.Single(one => one.StartsWith("MCP_INIT_INSTANCE=", StringComparison.Ordinal)).Split('=')[1];
        await File.WriteAllTextAsync(files["next"], id, TestContext.Current.CancellationToken);
        File.Move(files["next"], files["learned"]);
        await Patience.Until(
            () => init.Processes().Any(p => p.Name == "hog" && p.Parent == init.Pid && IsLarge(p.Pid)), "the liar's daemon has its memory");
        var daemon = init.Processes().Single(p => p.Name == "hog");
        // Any look from here on has seen the process.
        await files.Look(init);
        Assert.False(init.Lines.HasLogged("innocent", "stopping"));
        Native.Signal(init.Inside(Log.PidIn(ready)).Pid, 9);
        await init.WaitForLog("innocent", "ready", ready);
        Assert.False(init.Lines.HasLogged("innocent", "what it left"));
        Assert.True(init.IsAlive(daemon.InnerPid));
    }

    private static bool IsLarge(int pid) =>
        ProcessInfo.Status($"/proc/{pid}/status").TryGetValue("VmRSS", out var resident) &&
        int.Parse(resident.Split(' ')[0], CultureInfo.InvariantCulture) > 100 << 10;
}
