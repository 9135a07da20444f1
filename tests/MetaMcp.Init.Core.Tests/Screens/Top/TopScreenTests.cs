using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Screens.Top;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Tests.Screens.Top;

/// <summary>The screen of <c>top</c>; the selected row stands between « and ».</summary>
public sealed class TopScreenTests
{
    [Fact]
    public void At_80_by_24()
    {
        Assert.Equal(
            """
            mcp-init top   up 3h12m   ✖ degraded   2s                           13:41:04 UTC
            mem ▁▂▂▂▂▂▂▂▂▂▂▂▂▂▂▃▃▃▃▃▃▃▃▃  1.3G / 4.0G  32%   pressure some 0.2 full 0.0
            cpu ▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆  1.40 / 2.00 cores   throttled 0.3s   tasks 77/512
            ────────────────────────────────────────────────────────────────────────────────
              NAME               STATE         MEM▼ / CAP         %  MEM 5M   CPU  TASKS RST
            ▲ search             ready        484M / 512M  ████▊ 95  ▅▆▆▇▇█  0.50  31/64   0
            «● backend            ready        412M / 1.0G  ██    40  ▄▄▄▄▄▄  0.00 23/256   1»
              desktop-commander… idle 9m             131M         –  ▅▅▅▅▅▅     –      –   –
              desktop-commander… busy         128M / 500M  █▎    26  ▃▃▃▃▃▃     –      –   –
            ◐ indexer            starting     ~64M / 256M  █▎    25  ▃▃▃▃▃▃     –     12   0
            ✖ worker             open, in 19s    – / 512M         –             –      –   5
            ◐ everything@40      ending                 –         –             –      –   –








            ────────────────────────────────────────────────────────────────────────────────
              2h ✖ backend out of memory: own memory_max 1.0G
              2h ▲ backend restart in 0.97s
            q quit  ? keys  / find  by memory (mctp)  ⏎ status  l logs  r restart  s stop
            """, Shown(SampleTop.Draw(SampleTop.View(), 24, new ScreenStyle(80))));
    }

    [Fact]
    public void Where_the_socket_is_read_only_there_are_no_keys_that_act()
    {
        Assert.Equal(
            """
            mcp-init top   up 3h12m   ✖ degraded   2s                                                                   13:41:04 UTC
            mem ▁▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▃▃▃▃▃▃▃▃▃▃▃▃▃  1.3G / 4.0G  32%   pressure some 0.2 full 0.0
            cpu ▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆  1.40 / 2.00 cores   throttled 0.3s   tasks 77/512
            ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
              NAME                                                       STATE         MEM▼ / CAP         %  MEM 5M   CPU  TASKS RST
            ▲ search                                                     ready        484M / 512M  ████▊ 95  ▅▆▆▇▇█  0.50  31/64   0
            «● backend                                                    ready        412M / 1.0G  ██    40  ▄▄▄▄▄▄  0.00 23/256   1»
              desktop-commander@32                                       idle 9m             131M         –  ▅▅▅▅▅▅     –      –   –
              desktop-commander@31                                       busy         128M / 500M  █▎    26  ▃▃▃▃▃▃     –      –   –
            ◐ indexer                                                    starting     ~64M / 256M  █▎    25  ▃▃▃▃▃▃     –     12   0
            ✖ worker                                                     open, in 19s    – / 512M         –             –      –   5
            ◐ everything@40                                              ending                 –         –             –      –   –








            ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
              2h ✖ backend out of memory: own memory_max 1.0G
              2h ▲ backend restart in 0.97s
            q quit  ? keys  / find  by memory (mctp)  ⏎ status  l logs
            """, Shown(SampleTop.Draw(SampleTop.View(mayAct: false), 24, new ScreenStyle(120))));
    }

    [Fact]
    public void In_ascii()
    {
        Assert.Equal(
            """
            mcp-init top   up 3h12m   x degraded   2s                           13:41:04 UTC
            mem _..............:::::::::  1.3G / 4.0G  32%   pressure some 0.2 full 0.0
            cpu ++++++++++++++++++++++++  1.40 / 2.00 cores   throttled 0.3s   tasks 77/512
            --------------------------------------------------------------------------------
              NAME               STATE         MEMv / CAP         %  MEM 5M   CPU  TASKS RST
            ! search             ready        484M / 512M  ##### 95  =++**#  0.50  31/64   0
            «* backend            ready        412M / 1.0G  ##    40  ------  0.00 23/256   1»
              desktop-commander~ idle 9m             131M         -  ======     -      -   -
              desktop-commander~ busy         128M / 500M  #     26  ::::::     -      -   -
            ~ indexer            starting     ~64M / 256M  #     25  ::::::     -     12   0
            x worker             open, in 19s    - / 512M         -             -      -   5
            ~ everything@40      ending                 -         -             -      -   -








            --------------------------------------------------------------------------------
              2h x backend out of memory: own memory_max 1.0G
              2h ! backend restart in 0.97s
            q quit  ? keys  / find  by memory (mctp)  enter status  l logs  r restart  s st~
            """, Shown(SampleTop.Draw(SampleTop.View(), 24, new ScreenStyle(80, IsAscii: true))));
    }

    [Fact]
    public void On_a_small_screen_rules_and_events_are_left_out()
    {
        Assert.Equal(
            """
            mcp-init top   up 3h12m   ✖ degraded   2s       13:41:04 UTC
            mem ▂▂▂▂▂▂▂▂▂▂▂▃▃▃▃▃▃▃  1.3G / 4.0G  32%   pressure some 0.…
            cpu ▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆  1.40 / 2.00 cores   throttled 0.3s…
              NAME       STATE     MEM▼ / CAP         %   CPU  TASKS RST
            ▲ search     ready    484M / 512M  ████▊ 95  0.50  31/64   0
            «● backend    ready    412M / 1.0G  ██    40  0.00 23/256   1»
              desktop-c… idle 9m         131M         –     –      –   –
              desktop-c… busy     128M / 500M  █▎    26     –      –   –
            ◐ indexer    starting ~64M / 256M  █▎    25     –     12   0
            q quit  ? keys  / find  by memory (mctp)  ⏎ status  l logs…
            """, Shown(SampleTop.Draw(SampleTop.View(), 10, new ScreenStyle(60))));
    }

    [Fact]
    public void In_a_file_it_is_one_page()
    {
        Assert.Equal(
            """
            mcp-init top   up 3h12m   ✖ degraded   2s                           13:41:04 UTC
            mem                        ▁  491M / 4.0G  12%   pressure some 0.2 full 0.0
            cpu                        ▆  1.25 / 2.00 cores   throttled 0.3s   tasks 77/512
            ────────────────────────────────────────────────────────────────────────────────
              NAME               STATE         MEM▼ / CAP         %  MEM 5M   CPU  TASKS RST
              backend            ready        412M / 1.0G  ██    40       ▄  0.12 23/256   1
              search             ready        245M / 512M  ██▍   48       ▄  0.32  31/64   0
              desktop-commander… idle 9m             131M         –       ▅     –      –   –
              desktop-commander… busy         128M / 500M  █▎    26       ▃     –      –   –
            ◐ indexer            starting     ~64M / 256M  █▎    25       ▃     –     12   0
            ✖ worker             open, in 19s    – / 512M         –             –      –   5
            ◐ everything@40      ending                 –         –             –      –   –
            """, Shown(SampleTop.Draw(SampleTop.View(looks: 1), int.MaxValue, new ScreenStyle(80))));
    }

    [Fact]
    public void A_page_of_a_name_has_the_whole_screen()
    {
        var view = SampleTop.View();
        _ = view.Press(new TopKey(TopKeyKind.Enter));
        view.Show(NameScreen.Draw(SamplePages.Backend, new ScreenStyle(80))!);
        Assert.Equal(
            """
            mcp-init top   up 3h12m   ✖ degraded   2s                           13:41:04 UTC

            ● backend   ready for 2h40m (pid 57, run mcp-1764316073412-12)
              command    node dist/index.js
              needs      migrate ●
              needed by  frontend
              probe      ok 640, failed 2, last 4ms
              memory     412M of 1.0G, 40%   peak 688M   pressure memory 1.5%
              cpu        0.12 of 1.50 cores   throttled 0.3s
              tasks      23 of 256   4 processes   41 fds
              cgroup     /sys/fs/cgroup/workload/backend
            ↑↓ move  ⏎ status  l log  q back
            """, Shown(SampleTop.Draw(view, 12, new ScreenStyle(80))));
    }

    [Fact]
    public void The_page_of_keys_explains_keys_and_columns_until_any_key_is_pressed()
    {
        var view = SampleTop.View();
        _ = view.Press(TopKey.Of('?'));
        Assert.Equal(
            """
            mcp-init top   up 3h12m   ✖ degraded   2s                           13:41:04 UTC

              q, Ctrl-C   quit
              arrows j k  select a row; also page up, page down, home, end
              enter       status of the selected row
              l           its last log lines
              m c t p     sort by memory, cpu, tasks, processes: the column has an arrow
              /           show only names that have a text; escape shows all again
              blank       look now
              r s K       restart, stop, signal the selected service; asks first

              STATE       in 4s: the next start comes in 4s; idle 9m: no traffic for 9m
              MEM 5M      memory in the last five minutes, as a part of the cap or the peak
              RST         new starts by mcp-init itself
              ~           looked up in /proc, not counted by the kernel
              Not shown: services that have stopped, and types of servers without an
              instance; the verb status shows them.






            any key goes back
            """, SampleTop.Draw(view, 24, new ScreenStyle(80)));
        Assert.Equal("any key goes back", SampleTop.Draw(view, 8, new ScreenStyle(80)).Split('\n')[^1]);
        Assert.Null(view.Press(TopKey.Of('q')));
        Assert.IsType<TopMode.Table>(view.Mode);
        var onlyLooks = SampleTop.View(mayAct: false);
        _ = onlyLooks.Press(TopKey.Of('?'));
        Assert.DoesNotContain("restart", SampleTop.Draw(onlyLooks, 24, new ScreenStyle(80)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('m', "by memory", "MEM▼")]
    [InlineData('c', "by cpu", "CPU▼")]
    [InlineData('t', "by tasks", "TASKS▼")]
    [InlineData('p', "by processes", "PROC▼")]
    public void The_order_is_marked_at_its_column_and_named_in_the_footer(char key, string named, string marked)
    {
        var view = SampleTop.View();
        _ = view.Press(TopKey.Of(key));
        var lines = SampleTop.Draw(view, 24, new ScreenStyle(80)).Split('\n');
        Assert.Contains(named, lines[^1], StringComparison.Ordinal);
        Assert.Contains(marked, lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void The_footer_shows_the_text_that_names_must_have()
    {
        var view = SampleTop.View();
        foreach (var key in "/everything")
            _ = view.Press(TopKey.Of(key));
        _ = view.Press(new TopKey(TopKeyKind.Enter));
        Assert.StartsWith(
            "q quit  only everything (escape: all)  ? keys", SampleTop.Draw(view, 24, new ScreenStyle(60)).Split('\n')[^1],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(40, 5)]
    [InlineData(40, 1)]
    [InlineData(300, 100)]
    [InlineData(60, 15)]
    [InlineData(60, 16)]
    public void It_fits_any_screen(int width, int height)
    {
        var view = SampleTop.View();
        AssertFits();
        _ = view.Press(new TopKey(TopKeyKind.Enter));
        AssertFits();
        view.Show(NameScreen.Draw(SamplePages.Backend, new ScreenStyle(width))!);
        _ = view.Press(new TopKey(TopKeyKind.End));
        AssertFits();

        void AssertFits()
        {
            var lines = TopScreen.Draw(view, height, new ScreenStyle(width), SampleTop.Clock);
            Assert.InRange(lines.Count, 1, height);
            Assert.All(lines, line => Assert.InRange(TextColumns.Of(Shown(line, "", "")), 0, width));
        }
    }

    [Fact]
    public void The_selected_row_is_always_on_the_screen()
    {
        var instances = Enumerable.Range(1, 200).Select(n => new InstanceRow
        {
            Id = $"mcp-1-{n}", Name = $"memory@{n}", Server = "memory", Slot = n, Condition = InstanceCondition.Busy,
            Age = TimeSpan.Zero,
        });
        var view = new TopView(mayAct: true, SampleTop.Delay);
        view.Take(SampleTop.At(0) with { Instances = [.. instances] }, [], TimeSpan.Zero);
        foreach (var key in (TopKeyKind[])[TopKeyKind.Down, TopKeyKind.End, TopKeyKind.Up, TopKeyKind.PageUp, TopKeyKind.Home])
        {
            _ = view.Press(new TopKey(key));
            var lines = TopScreen.Draw(view, 24, new ScreenStyle(80), SampleTop.Clock);
            Assert.Equal(24, lines.Count);
            var line = Assert.Single(lines, line => line.StartsWith("\e[7m", StringComparison.Ordinal));
            Assert.Contains(view.Selected!, line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Before_the_first_look_and_without_an_answer_it_says_so()
    {
        var view = new TopView(mayAct: true, SampleTop.Delay);
        Assert.Equal("mcp-init top   looking", SampleTop.Draw(view, 24, new ScreenStyle(80)));
        view.Take(null, [], TimeSpan.Zero);
        Assert.Equal("mcp-init top   mcp-init does not answer", SampleTop.Draw(view, 24, new ScreenStyle(80)));
        view = SampleTop.View();
        view.Take(null, [], TimeSpan.FromHours(1));
        Assert.Contains("2s   mcp-init does not answer", SampleTop.Draw(view, 24, new ScreenStyle(80)), StringComparison.Ordinal);
    }

    private static string Shown(string screen, string on = "«", string off = "»") =>
        screen.Replace("\e[7m", on, StringComparison.Ordinal).Replace("\e[0m", off, StringComparison.Ordinal);
}
