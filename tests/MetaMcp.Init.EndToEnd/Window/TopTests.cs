using System.Diagnostics;
using System.Globalization;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Window;

/// <summary><c>top</c> in a real terminal, which has to be as it was whatever ends it.</summary>
public sealed class TopTests(LookContainer look) : IClassFixture<LookContainer>, IAsyncLifetime
{
    private static int _terminals;

    private readonly string _name = $"mcp-init-top-{Environment.ProcessId}-{Interlocked.Increment(ref _terminals)}";

    public async ValueTask InitializeAsync()
    {
        _ = await Tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "sh", "-c",
            $"echo before; {Container(_name)} {Top}; echo \"code $?\"; exec sleep 60");
        await Shows("mcp-init top");
    }

    private static string Top => $"{Files.Binary} top -d 0.2";

    private string Container(string name) => $"env LANG=C.UTF-8 MCP_INIT_RUNTIME_DIR={look.Container.Directory} MCP_INIT_TEST={name} " +
        $"nsenter -t {look.Container.Init.Pid} -p -m";

    public async ValueTask DisposeAsync() => _ = await Tmux("kill-server");

    [Fact]
    public async Task It_is_drawn_at_every_size_and_q_gives_the_screen_back()
    {
        await AssertDrawn(80, 24);
        foreach (var (width, height) in ((int, int)[])[(120, 30), (40, 6), (100, 50), (80, 24)])
        {
            _ = await Tmux("resize-window", "-x", $"{width}", "-y", $"{height}");
            await AssertDrawn(width, height);
        }
        _ = await Tmux("send-keys", "q");
        await AssertGivenBack("code 0");
    }

    [Fact]
    public async Task Keys_open_the_page_of_a_service_and_its_log()
    {
        _ = await Tmux("send-keys", "/", "web", "Enter", "Enter");
        await Shows("ready for");
        _ = await Tmux("send-keys", "l");
        await Shows("| listening");
        _ = await Tmux("send-keys", "C-c");
        await AssertGivenBack("code 0");
    }

    [Theory]
    [InlineData("draw", 9, "code 137")]
    [InlineData("top", 15, "code 143")]
    [InlineData("top", 2, "code 130")]
    public async Task A_signal_to_either_process_gives_the_screen_back(string process, int signal, string code)
    {
        Native.Signal(Find(process), signal);
        await AssertGivenBack(code);
        await Patience.Until(() => !Processes().Any(), "no process of it is left");
    }

    /// <summary>The one that the shell waits for, which goes on at once, and may write before the screen is given back.</summary>
    [Fact]
    public async Task If_the_guard_is_killed_the_process_that_draws_gives_the_screen_back()
    {
        Native.Signal(Find("top"), 9);
        await AssertGivenBack("");
        await Patience.Until(() => !Processes().Any(), "no process of it is left");
    }

    /// <summary>The shell that has started it is gone, so that nothing could continue it, and the kernel does not stop it.</summary>
    [Fact]
    public async Task In_an_orphaned_background_group_it_sleeps_until_it_is_asked_to_end()
    {
        var name = _name + "-behind";
        _ = await Tmux("new-window", $"{Container(name)} sh -c \"sh -c 'set -m; {Top} & exit 0'; echo started; exec sleep 60\"");
        await Shows("started");
        await Patience.Until(() => Processes(name).Any(p => p.Words.Contains("draw")), "the process that draws is there");
        var pid = Processes(name).First(p => p.Words.Contains("draw")).Pid;
        var (start, before) = (Stopwatch.GetTimestamp(), CpuTicks(pid));
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1.5))
            Assert.DoesNotContain("mcp-init top", await Screen(), StringComparison.Ordinal);
        // In hundredths of a second; it has just begun, which takes some.
        Assert.InRange(CpuTicks(pid) - before, 0, 30);
        Native.Signal(Processes(name).First(p => p.Words.Contains("top")).Pid, 15);
        await Patience.Until(() => !Processes(name).Any(), "no process of it is left");
        Assert.Contains("started", await Screen(), StringComparison.Ordinal);
    }

    private static long CpuTicks(int pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private Task AssertDrawn(int width, int height) => Until(
        screen =>
        {
            var lines = screen.TrimEnd('\n').Split('\n');
            return lines.Length == height && lines[^1].StartsWith("q quit", StringComparison.Ordinal) &&
                lines[0].StartsWith("mcp-init top", StringComparison.Ordinal) &&
                Array.Exists(lines, line => line.Contains("web", StringComparison.Ordinal)) &&
                Array.TrueForAll(lines, line => line.EnumerateRunes().Count() <= width);
        },
        $"top is drawn at {width} by {height}");

    private Task Shows(string text) => Until(screen => screen.Contains(text, StringComparison.Ordinal), $"the screen shows {text}");

    private async Task Until(Func<string, bool> holds, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (await Screen() is var screen && !holds(screen))
            if (Stopwatch.GetElapsedTime(start) > Patience.Usual)
                throw new TimeoutException($"never so: {what}\n{screen}");
    }

    private async Task AssertGivenBack(string code)
    {
        await Until(
            screen => screen.StartsWith("before\n", StringComparison.Ordinal) && screen.Contains(code, StringComparison.Ordinal),
            $"the screen is as it was, with {code}");
        Assert.Equal("0 1\n", await Tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}"));
        var terminal = (await Tmux("display-message", "-p", "#{pane_tty}")).Trim();
        var (exit, modes, error) = await InitProcess.Program("/usr/bin/stty", ["-a", "-F", terminal]);
        Assert.True(exit == 0, error);
        foreach (var mode in (string[])[" icanon", " echo ", " isig", " icrnl", " ixon"])
            Assert.Contains(mode, modes.Replace('\n', ' '), StringComparison.Ordinal);
    }

    private int Find(string verb) => Processes().First(process => process.Words.Contains(verb)).Pid;

    /// <summary>Those of this terminal, without nsenter and the shell.</summary>
    private IEnumerable<(int Pid, string[] Words)> Processes() => Processes(_name);

    private static IEnumerable<(int Pid, string[] Words)> Processes(string name)
    {
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid))
                continue;
            string[] words;
            bool isOurs;
            try
            {
                words = File.ReadAllText($"{directory}/cmdline").Split('\0');
                isOurs = File.ReadAllText($"{directory}/environ").Contains($"MCP_INIT_TEST={name}\0", StringComparison.Ordinal);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            if (isOurs && (words[0] == Files.Binary || words[0] == "mcp-init"))
                yield return (pid, words);
        }
    }

    private Task<string> Screen() => Tmux("capture-pane", "-p");

    private async Task<string> Tmux(params string[] words)
    {
        var (exit, output, error) = await InitProcess.Program(
            "/usr/bin/env", ["LANG=C.UTF-8", "LC_ALL=C.UTF-8", "tmux", "-u", "-L", _name, .. words]);
        Assert.True(exit == 0, error);
        return output;
    }
}
