using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Screens;

/// <summary>The screens as people see them, at the widths of terminals.</summary>
public sealed class StatusScreenTests
{
    [Fact]
    public void At_80_columns()
    {
        Assert.Equal(
            """
            ✖ degraded   up 3h12m   3 of 7 services ready, 5 of 15 servers   without worker
              memory 1.6G / 4.0G ▕████████            ▏ 40%   peak 2.6G   pressure 0.0%
              limits kernel   circuits 1 open   oom 1 (3h ago)   orphans ended 4   alerts 1…
              disk / 90 % full: 4.0G of 40.0G free
              disk /data unknown: No such file or directory

              SERVICE  STATE      SINCE  MEMORY / CAP   CPU   TASKS  RST  HEALTH
            ✖ worker   open         41s      – / 512M     –       –    5  –
                 exit code 3, 5 failures in 5m · trial start in 19s · see: status worker
            ▲ search   ready        22m   489M / 512M  0.31   31/64    0  ok 12ms
                 memory at 96% of its memory_max
            ● migrate  completed  3h12m             –     –       –    0  –
            ● backend  ready      2h40m   412M / 1.0G  0.12  23/256    1  ok 4ms
            ◐ indexer  starting      3s   ~64M / 256M     –      12    0  waiting
                 fails in 57s
            ○ report   stopped       8m             –     –       –    –  –

              SERVER             RUN/MAX  IDLE  MEMORY / EACH  CPU  REFUSED  ENDED
            ● desktop-commander      3/3     1    259M / 500M    –        2     41
            ● everything               2     2              –    –        0      9

            """, StatusScreen.Draw(Sample.Document, new ScreenStyle(80)));
    }

    [Fact]
    public void The_page_in_the_README_is_this_one() => Assert.Contains(
        "mcp-init status\n" + StatusScreen.Draw(Sample.Document, new ScreenStyle(80)) + "```\n",
        File.ReadAllText(Path.Combine(ArchitectureTests.Root, "README.md")), StringComparison.Ordinal);

    [Fact]
    public void At_120_columns()
    {
        Assert.Equal(
            """
            ✖ degraded   up 3h12m   3 of 7 services ready, 5 of 15 servers   without worker                    mcp-init 1.4.0, pid 1
              memory 1.6G / 4.0G ▕████████            ▏ 40%   peak 2.6G   pressure 0.0%   tasks 77/512
              limits kernel (memory tasks cpu)   circuits 1 open   oom 1 (3h ago)   orphans ended 4   alerts 1   cleanups 57 clean,…
              disk / 90 % full: 4.0G of 40.0G free
              disk /data unknown: No such file or directory

              SERVICE  STATE      SINCE  PID  MEMORY / CAP   CPU   TASKS  RST  LAST END                                   HEALTH
            ✖ worker   open         41s    –      – / 512M     –       –    5  exit code 3                                –
                 exit code 3, 5 failures in 5m · trial start in 19s · see: status worker
            ▲ search   ready        22m  412   489M / 512M  0.31   31/64    0  –                                          ok 12ms
                 memory at 96% of its memory_max
            ● migrate  completed  3h12m    –             –     –       –    0  exit code 0                                –
            ● backend  ready      2h40m   57   412M / 1.0G  0.12  23/256    1  killed by SIGKILL, its memory_max of 1GiB  ok 4ms
            ◐ indexer  starting      3s  905   ~64M / 256M     –      12    0  –                                          waiting
                 fails in 57s
            ○ report   stopped       8m    –             –     –       –    –  –                                          –

              SERVER             RUN/MAX  IDLE  MEMORY / EACH  CPU  WAITING  REFUSED  ENDED
            ● desktop-commander      3/3     1    259M / 500M    –        0        2     41
            ● everything               2     2              –    –        0        0      9

            """, StatusScreen.Draw(Sample.Document, new ScreenStyle(120)));
    }

    [Fact]
    public void One_that_should_get_no_work_says_why_in_its_first_line()
    {
        var system = Sample.Document.System with { Missing = [], NotReady = ["backend is failing (exit code 1)"] };
        var screen = StatusScreen.Draw(Sample.Document with { System = system }, new ScreenStyle(120));
        Assert.StartsWith(
            "▲ running   up 3h12m   3 of 7 services ready, 5 of 15 servers   not ready: backend is failing (exit code 1)", screen,
            StringComparison.Ordinal);
    }

    /// <summary>A narrow screen loses figures, never whether a service is well.</summary>
    [Fact]
    public void At_60_columns_the_less_important_columns_are_left_out()
    {
        Assert.Equal(
            """
            ✖ degraded   up 3h12m   3 of 7 services ready, 5 of 15 serv…
              memory 1.6G / 4.0G ▕████████            ▏ 40%   peak 2.6G…
              limits kernel   circuits 1 open   oom 1 (3h ago)   orphan…
              disk / 90 % full: 4.0G of 40.0G free
              disk /data unknown: No such file or directory

              SERVICE  STATE      SINCE  MEMORY / CAP   CPU  HEALTH
            ✖ worker   open         41s      – / 512M     –  –
                 exit code 3, 5 failures in 5m · trial start in 19s
            ▲ search   ready        22m   489M / 512M  0.31  ok 12ms
                 memory at 96% of its memory_max
            ● migrate  completed  3h12m             –     –  –
            ● backend  ready      2h40m   412M / 1.0G  0.12  ok 4ms
            ◐ indexer  starting      3s   ~64M / 256M     –  waiting
                 fails in 57s
            ○ report   stopped       8m             –     –  –

              SERVER             RUN/MAX  IDLE  MEMORY / EACH  REFUSED
            ● desktop-commander      3/3     1    259M / 500M        2
            ● everything               2     2              –        0

            """, StatusScreen.Draw(Sample.Document, new ScreenStyle(60)));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(50)]
    [InlineData(60)]
    [InlineData(70)]
    [InlineData(80)]
    public void State_and_health_are_on_every_screen(int width)
    {
        var long_ = Sample.Document with
        {
            Services = [.. Sample.Document.Services.Select(s => s with { Name = s.Name + new string('n', 70) })],
        };
        foreach (var document in (StatusDocument[])[Sample.Document, long_])
        {
            var lines = StatusScreen.Draw(document, new ScreenStyle(width)).Split('\n');
            Assert.Single(lines, line => Regex.IsMatch(line, "^  SERVICE .*STATE .*HEALTH$"));
            Assert.Single(lines, line => Regex.IsMatch(line, "^. search.* ready .*ok 12ms$"));
        }
    }

    [Theory]
    [InlineData(60, "No such file or directory: /usr/l… · see: status worker")]
    [InlineData(80, "No such file or directory: /usr/local/bin/worker · see: status worker")]
    [InlineData(int.MaxValue, "exec /usr/local/bin/worker: No such file or directory (ENOENT): there is no such file " +
        "(or it may not be read, and the interpreter its first line or its ELF header names is not there) · see: status worker")]
    public void A_long_reason_leaves_room_for_the_command_that_says_more(int width, string under)
    {
        var reason = new ExecFailure(ExecStep.Execute, new Errno(Errno.ENOENT), "/usr/local/bin/worker").Sentence;
        var document = Sample.Document with
        {
            Services =
            [
                new ServiceRow { Name = "worker", Condition = ServiceCondition.Failed, Since = TimeSpan.Zero, Why = reason },
            ],
        };
        Assert.Contains($"\n     {under}\n", StatusScreen.Draw(document, new ScreenStyle(width)), StringComparison.Ordinal);
        // The page of the service has all of it: as the reason, and in the event, which stays while the service is retried.
        var page = NameScreen.Draw(
            new NamePage(document, "worker")
            {
                Events = [new EventRow(1, TimeSpan.Zero, "service.failed", EventLevel.Warning, "worker", $"told: {reason}")],
            },
            new ScreenStyle(60))!;
        var joined = Regex.Replace(page, "\n {4,}", " ");
        Assert.Contains($"why        {reason}", joined, StringComparison.Ordinal);
        Assert.Contains($"told: {reason}", joined, StringComparison.Ordinal);
        Assert.All(page.Split('\n'), line => Assert.InRange(TextColumns.Of(line), 0, 60));
    }

    [Theory]
    [InlineData("exit code 3, 5 failures in 5m", "exit code 3, 5 failures in 5m")]
    [InlineData("chdir /a (Ex): No such file or directory (ENOENT): it must exist", "chdir /a (Ex): No such file or directory")]
    [InlineData("exec /a: b: Permission denied (EACCES)", "Permission denied: /a: b")]
    [InlineData("exec (EIO)", "exec (EIO)")]
    public void A_short_reason_is_the_error_without_the_advice(string reason, string expected) =>
        Assert.Equal(expected, ShortReason.Of(reason));

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public void No_line_is_wider_than_the_screen(int width)
    {
        var long_ = Sample.Document with
        {
            Services =
            [
                .. Sample.Document.Services.Select(s => s with { Name = s.Name + new string('n', 70), Why = new string('w', 300) }),
            ],
        };
        foreach (var document in (StatusDocument[])[Sample.Document, long_])
            Assert.All(StatusScreen.Draw(document, new ScreenStyle(width)).Split('\n'), line => Assert.InRange(line.Length, 0, width));
        Assert.Contains(new string('w', 300), StatusScreen.Draw(long_, new ScreenStyle(int.MaxValue)), StringComparison.Ordinal);
    }

    [Fact]
    public void In_ascii_every_character_is_ascii() =>
        Assert.All(StatusScreen.Draw(Sample.Document, new ScreenStyle(80, IsAscii: true)), c => Assert.True(c < 128, $"{c}"));

    [Fact]
    public void Colours_change_nothing_but_the_marks()
    {
        var coloured = StatusScreen.Draw(Sample.Document, new ScreenStyle(80, IsColoured: true));
        Assert.Contains("\e[31m✖\e[0m worker", coloured, StringComparison.Ordinal);
        var plain = Regex.Replace(coloured, "\e\\[[0-9]*m", "");
        Assert.Equal(StatusScreen.Draw(Sample.Document, new ScreenStyle(80)), plain);
    }

    [Fact]
    public void Of_disks_those_that_are_full_or_unknown_have_a_line()
    {
        var normal = new DiskRow("/") { State = DiskState.Normal, Size = 1 << 30, Available = 1 << 29, UsedPercent = 50 };
        var document = Sample.Document with { System = Sample.Document.System with { Disks = [normal] } };
        Assert.DoesNotContain("disk", StatusScreen.Draw(document, new ScreenStyle(80)), StringComparison.Ordinal);
        document = document with { System = document.System with { Disks = [new DiskRow("/data") { Problem = "not read yet" }, normal] } };
        var screen = StatusScreen.Draw(document, new ScreenStyle(80));
        Assert.Contains("\n  disk /data unknown: not read yet\n\n", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_known_is_a_dash_and_never_0()
    {
        var document = Sample.Document with { Usages = ImmutableDictionary<string, Usage>.Empty, Workload = null };
        var screen = StatusScreen.Draw(document, new ScreenStyle(80));
        Assert.Contains("– / 1.0G", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("0 / 1.0G", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("memory 0", screen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(512L, "512")]
    [InlineData(65_536L, "64K")]
    [InlineData(5_000_000L, "4.8M")]
    [InlineData(432_013_312L, "412M")]
    [InlineData(1_717_986_918L, "1.6G")]
    public void Sizes_take_five_columns_at_most(long bytes, string shown) => Assert.Equal(shown, ShortText.Size(bytes));

    [Theory]
    [InlineData(0.41, "0.4s")]
    [InlineData(41, "41s")]
    [InlineData(581, "9m41s")]
    [InlineData(11_520, "3h12m")]
    [InlineData(7_200, "2h")]
    [InlineData(446_400, "5d4h")]
    public void Times_have_their_two_largest_units(double seconds, string shown) =>
        Assert.Equal(shown, ShortText.Time(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "▕          ▏")]
    [InlineData(0.41, "▕████▏     ▏")]
    [InlineData(1, "▕██████████▏")]
    [InlineData(7, "▕██████████▏")]
    [InlineData(double.NaN, "▕          ▏")]
    public void A_bar_is_as_long_as_its_part(double part, string drawn) => Assert.Equal(drawn, Bar.Draw(part, 10, isAscii: false));
}
