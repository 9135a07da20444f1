using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Tests.Screens;

/// <summary>The page of <c>status NAME</c>.</summary>
public sealed class NameScreenTests
{
    [Fact]
    public void A_service_at_80_columns() =>
        Assert.Equal(
            """
            ● backend   ready for 2h40m (pid 57, run mcp-1764316073412-12)
              command    node dist/index.js
              needs      migrate ●
              needed by  frontend
              probe      ok 640, failed 2, last 4ms
              memory     412M of 1.0G, 40%   peak 688M   pressure memory 1.5%
              cpu        0.12 of 1.50 cores   throttled 0.3s
              tasks      23 of 256   4 processes   41 fds
              cgroup     /sys/fs/cgroup/workload/backend
              last end   killed by SIGKILL, its memory_max of 1GiB
              starts     3   daemon, required
              processes
                57 node dist/index.js                                         ~301M    2h40m
                ├─ 88 npm exec @modelcontextprotocol/server-memory --with…     ~52M       9m
                │  └─ 101 node mcp-server-memory …                             ~59M       9m
                └─ 140 (zombie) (sh)                                              –       2s
              events
                  2h40m ✖ out of memory: own memory_max 1.0G
                  2h40m ▲ restart in 0.97s
                  2h39m   ready after 1.9s
              log
                13:02:11 | listening on 12009
                13:02:11 ! EACCES: permission denied, open '/root/x'
                13:02:13 = ended: exit code 3; circuit open for 60s
                13:02:13 ~ 1,204 lines dropped over log_rate_limit

            """, NameScreen.Draw(SamplePages.Backend, new ScreenStyle(80)));

    [Fact]
    public void A_service_at_120_columns() =>
        Assert.Equal(
            """
            ● backend   ready for 2h40m (pid 57, run mcp-1764316073412-12)
              command    node dist/index.js
              needs      migrate ●
              needed by  frontend
              probe      ok 640, failed 2, last 4ms
              memory     412M of 1.0G, 40%   peak 688M   pressure memory 1.5%
              cpu        0.12 of 1.50 cores   throttled 0.3s
              tasks      23 of 256   4 processes   41 fds
              cgroup     /sys/fs/cgroup/workload/backend
              last end   killed by SIGKILL, its memory_max of 1GiB
              starts     3   daemon, required
              processes
                57 node dist/index.js                                                                              ~301M    2h40m
                ├─ 88 npm exec @modelcontextprotocol/server-memory --with a very long line of words and options     ~52M       9m
                │  └─ 101 node mcp-server-memory …                                                                  ~59M       9m
                └─ 140 (zombie) (sh)                                                                                   –       2s
              events
                  2h40m ✖ out of memory: own memory_max 1.0G
                  2h40m ▲ restart in 0.97s
                  2h39m   ready after 1.9s
              log
                13:02:11 | listening on 12009
                13:02:11 ! EACCES: permission denied, open '/root/x'
                13:02:13 = ended: exit code 3; circuit open for 60s
                13:02:13 ~ 1,204 lines dropped over log_rate_limit

            """, NameScreen.Draw(SamplePages.Backend, new ScreenStyle(120)));

    [Fact]
    public void A_service_that_is_broken_says_why_and_what_comes_next() =>
        Assert.Equal(
            """
            ✖ worker   open for 41s
              why        exit code 3, 5 failures in 5m · trial start in 19s
              last end   exit code 3
              starts     6   daemon

            """, NameScreen.Draw(new NamePage(SamplePages.Ps, "worker"), new ScreenStyle(80)));

    [Fact]
    public void A_type_of_server_has_its_instances() =>
        Assert.Equal(
            """
            ● desktop-commander   3 of 3 instances, 1 idle
              memory     259M in all   500M each
              launches   0 waiting, 2 refused, 41 ended
              INSTANCE              STATE  AGE   IDLE  MEMORY / CAP  CPU  TASKS  CLIENT
            ● desktop-commander@31  busy   14m      –   128M / 500M    –      –  backend
            ● desktop-commander@32  idle   12m  9m41s          131M    –      –  –

            """, NameScreen.Draw(new NamePage(SamplePages.Ps, "desktop-commander"), new ScreenStyle(80)));

    [Fact]
    public void Each_event_and_line_on_the_page_of_a_type_names_its_instance()
    {
        var page = new NamePage(SamplePages.Ps, "desktop-commander")
        {
            Events =
            [
                new EventRow(1, TimeSpan.Zero, "launch.started", EventLevel.Info, "desktop-commander@31", "launched"),
                new EventRow(2, TimeSpan.Zero, "launch.refused", EventLevel.Warning, "desktop-commander", "not launched"),
            ],
            Log = [SamplePages.Lines[1]],
        };
        var screen = NameScreen.Draw(page, new ScreenStyle(100));
        Assert.Contains(" desktop-commander@31: launched\n", screen, StringComparison.Ordinal);
        Assert.Contains("▲ not launched\n", screen, StringComparison.Ordinal);
        Assert.Contains("! desktop-commander@1: EACCES", screen, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "@31: launched", NameScreen.Draw(page with { Name = "desktop-commander@31" }, new ScreenStyle(100)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_instance_has_a_page_of_its_own() =>
        Assert.Equal(
            """
            ● desktop-commander@32   idle, started 12m ago (run mcp-1764316073412-32)
              client     of no service
              idle       for 9m41s
              memory     131M
              cpu        – cores
              tasks      –

            """, NameScreen.Draw(new NamePage(SamplePages.Ps, "desktop-commander@32"), new ScreenStyle(80)));

    [Fact]
    public void A_name_that_is_none_has_no_page() => Assert.Null(
        NameScreen.Draw(new NamePage(SamplePages.Ps, "wörker"), new ScreenStyle(80)));

    [Fact]
    public void A_tree_in_ascii_has_no_other_characters() =>
        Assert.All(NameScreen.Draw(SamplePages.Backend, new ScreenStyle(80, IsAscii: true))!, c => Assert.True(c < 128, $"{c}"));

    [Fact]
    public void A_run_that_forks_without_end_does_not_hide_the_rest()
    {
        var page = SamplePages.Backend with
        {
            Processes = [.. Enumerable.Range(0, 5_000).Select(n => new ProcessLine(n + 10, n + 9, $"fork {n}"))],
        };
        var lines = NameScreen.Draw(page, new ScreenStyle(80))!.Split('\n');
        Assert.Contains("    and 4960 more", lines);
        Assert.InRange(lines.Length, 60, 80);
        Assert.All(lines, line => Assert.InRange(TextColumns.Of(line), 0, 80));
    }

    [Fact]
    public void Processes_that_are_each_others_parents_do_not_hang_it()
    {
        var page = SamplePages.Backend with { Processes = [new(7, 8, "a"), new(8, 7, "b"), new(9, 9, "c")] };
        Assert.Contains("9 c", NameScreen.Draw(page, new ScreenStyle(80)), StringComparison.Ordinal);
    }
}
