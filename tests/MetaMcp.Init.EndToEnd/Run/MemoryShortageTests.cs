using System.Globalization;
using System.Text;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>PID 1's own memory, beside many orphans and services that crash.</summary>
public sealed class MemoryShortageTests
{
    private const string Limit = "\033554432\0";

    /// <summary>In KiB.</summary>
    private const int MostResident = 20 << 10;

    [Fact]
    public async Task Memory_that_ends_and_comes_back_costs_no_service_and_no_word_that_is_not_so()
    {
        using var files = new Installation(Services(daemons: 1500));
        // A little more than PID 1 has at the start: a look at some hundred orphans needs more.
        await using var init = await InitProcess.Start(files.Setup with { Program = Lowered(files["mcp-init"], 2_500_000) });
        var ended = await init.WaitFor("out of memory at the limit of the heap", limit: Patience.Long);
        await LetGo(init);
        await GoesOn(init, ended);
    }

    [Fact]
    public async Task Of_thousands_of_orphans_few_are_remembered_and_few_have_a_line()
    {
        using var files = new Installation(Services(daemons: 2500));
        await using var init = await files.Start();
        var beyond = await init.WaitFor("over the limit of orphans at a time", limit: Patience.Long);
        await init.WaitFor("2500 daemons", limit: Patience.Long);
        Assert.InRange(Resident(init), 0, MostResident);
        Assert.InRange(init.Lines.Count(l => l.Text.Contains("orphan daemons (pid", StringComparison.Ordinal)), 1, 200);
        await LetGo(init);
        await GoesOn(init, beyond);
    }

    private static string Services(int daemons) => $$"""
        [init]
        orphan_grace = "1s"
        [limits]
        enforce = "off"
        [restart]
        policy = "always"
        backoff = { initial = "50ms", max = "50ms" }
        breaker = { failures = 1000, window = "1m", open_for = "1s" }
        [startup]
        retries = 1000
        [service.spawner]
        command = ["%daemons", "{{daemons}}"]
        [service.a]
        command = ["/bin/sh", "-c", "sleep 0.2; exit 3"]
        [service.b]
        command = ["/bin/sh", "-c", "sleep 0.3; exit 3"]
        [service.steady]
        command = ["%hang"]
        required = true
        """;

    private static async Task LetGo(InitProcess init)
    {
        await init.WaitFor(" daemons", limit: Patience.Long);
        var spawner = init.Processes().Where(p => p.Name == "daemons").MinBy(p => p.InnerPid)!;
        Native.Signal(spawner.Pid, 10);
        await init.WaitFor("let go", limit: Patience.Long);
        await Patience.Until(() => init.Processes().Count < 30, "the daemons are gone", Patience.Long);
    }

    /// <summary>Checks that every service runs, that no failure was logged, and that a stop is handled.</summary>
    private static async Task GoesOn(InitProcess init, Line after)
    {
        foreach (var service in new[] { "a", "b" })
        {
            var again = await init.WaitForLog(service, "restarting", after, Patience.Long);
            await init.WaitForLog(service, "ready", again, Patience.Long);
        }
        Assert.Single(init.Lines.Logged("steady", "ready"));
        Assert.DoesNotContain(
            init.Lines,
            l => l.Text.Contains("cleanup failed", StringComparison.Ordinal) || l.Text.Contains(": failed", StringComparison.Ordinal));
        Assert.InRange(Resident(init), 0, MostResident);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    private static int Resident(InitProcess init)
    {
        var words = ProcessInfo.Status($"/proc/{init.Pid}/status")["VmRSS"].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return int.Parse(words[0], CultureInfo.InvariantCulture);
    }

    /// <summary>The limit is a text among the runtime's options in the file; it is replaced by another text of the same length.</summary>
    private static string Lowered(string path, int bytes)
    {
        var content = File.ReadAllBytes(Files.Binary);
        var at = content.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Limit));
        Assert.True(at > 0, "no limit of the heap in the binary");
        // The runtime skips blanks before a number; a leading zero would make it octal.
        var lowered = bytes.ToString(CultureInfo.InvariantCulture).PadLeft(Limit.Length - 2);
        Encoding.ASCII.GetBytes(lowered).CopyTo(content.AsSpan(at + 1));
        File.WriteAllBytes(path, content);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }
}
