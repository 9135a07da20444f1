using System.Collections.Immutable;
using System.Reflection;
using System.Text.RegularExpressions;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Tests.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Effects;

public sealed partial class NoticesTests
{
    private static readonly NoticeKind[] Kinds =
        [.. typeof(Notices).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (NoticeKind)field.GetValue(null)!)];

    [Fact]
    public void Each_row_has_an_id_and_an_event_of_its_own()
    {
        Assert.NotEmpty(Kinds);
        Assert.Equal(Kinds.Length, Kinds.Select(kind => kind.Id).Distinct().Count());
        Assert.Equal(Kinds.Length, Kinds.Select(kind => kind.Name).Distinct().Count());
    }

    [Fact]
    public void An_event_is_a_subject_and_what_happened() =>
        Assert.All(Kinds, kind => Assert.Matches(EventName(), kind.Name));

    [Fact]
    public void The_json_logs_event_is_the_name_of_the_row() =>
        Assert.All(Kinds, kind => Assert.Same(kind, typeof(Notices).GetField(kind.LogName)!.GetValue(null)));

    [Fact]
    public void Words_are_one_line_and_name_each_value_once() => Assert.All(Kinds, kind =>
    {
        Assert.DoesNotContain('\n', kind.Words);
        var names = NoticeWords.NamesOf(kind);
        Assert.Equal(kind.Words.Count(letter => letter == '{'), names.Count);
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches(ValueName(), name));
    });

    /// <summary>A kind that nothing raises would be a promise to operators that is never kept.</summary>
    [Fact]
    public void Each_row_is_raised_somewhere()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(ArchitectureTests.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .Select(File.ReadAllText)
            .ToList();
        Assert.All(Kinds, kind => Assert.Contains(sources, text => text.Contains($"Notices.{kind.LogName}.Of(", StringComparison.Ordinal)));
    }

    [Fact]
    public void Values_are_shown_as_their_place_says()
    {
        Assert.Equal("a: ready after 1.24 s (pid 7)", Notices.ServiceReady.Of("a", TimeSpan.FromMilliseconds(1236), 7).ToString());
        Assert.Equal(
            "a: killed, it did not stop within 1m30s (pid 7)", Notices.ServiceKilled.Of("a", TimeSpan.FromSeconds(90), 7).ToString());
        Assert.Equal("starting 1 service", Notices.StartingUp.Of(1).ToString());
        Assert.Equal("a: healthy again, after 2 probes that failed", Notices.HealthyAgain.Of("a", 2).ToString());
        Assert.Equal(
            "all together: memory normal again: 0.5MiB of 1MiB, 50 %",
            Notices.MemoryNormal.Of(null, new ByteSize(1 << 19), new ByteSize(1 << 20), 50).ToString());
        Assert.Equal("degraded: without a, b", Notices.NowDegraded.Of(ImmutableArray.Create("a", "b")).ToString());
        Assert.Equal(
            "still there after SIGKILL (uninterruptible sleep?): (orphans)",
            Notices.BeyondKill.Of(ImmutableArray<string>.Empty).ToString());
    }

    [Theory]
    [InlineData(null, "all of it")]
    [InlineData(1L, "1 process")]
    [InlineData(3L, "3 processes")]
    public void What_is_unknown_has_words_of_its_own(long? processes, string words) => Assert.Equal(
        $"a: out of memory: the kernel killed {words} for its memory_max (limit: own, peak unknown)",
        Notices.ServiceOutOfMemory.Of("a", processes, "its memory_max", "own", null).ToString());

    [Fact]
    public void A_log_has_numbers_as_numbers()
    {
        var values = NoticeWords.ValuesOf(Notices.CleanupFailed.Of("a", 3, 7));
        Assert.Equal(["Service", "Kills", "Pid"], values.Select(value => value.Key));
        Assert.Equal(3, Assert.IsType<Counted>(values[1].Value).Number);
        Assert.Equal(7, values[2].Value);
        Assert.Equal(1.5, NoticeWords.ValuesOf(Notices.Down.Of(TimeSpan.FromSeconds(1.5), 0))[0].Value);
        Assert.Equal("5 failures", NoticeWords.ValuesOf(Notices.CircuitOpen.Of("a", "", 5, default(TimeSpan), default(TimeSpan)))[2].Value);
    }

    [Fact]
    public void A_value_that_looks_like_a_place_is_only_text() =>
        Assert.Equal("a: failed: {Service}", Notices.ServiceFailed.Of("a", "{Service}").ToString());

    [Fact]
    public void What_is_told_has_a_number_without_a_gap_and_the_run_that_it_is_about()
    {
        var world = new World(Make.Daemon("a"), Make.Daemon("b")).Begin().Exits("a", 1).Pass("10s");
        Assert.Equal(Enumerable.Range(1, world.Heard.Count).Select(n => (long)n), world.Heard.Select(told => told.Sequence));
        var ofA = world.Heard.Where(told => told.Notice.Service == "a").ToList();
        Assert.Equal(
            ["service.started", "service.ready", "service.exited", "service.restarting", "service.started", "service.ready"],
            ofA.Select(told => told.Notice.Kind.Name));
        var first = ofA[0].Instance;
        Assert.Equal("mcp-0-1", first);
        Assert.All(ofA.Take(4), told => Assert.Equal(first, told.Instance));
        Assert.All(ofA.Skip(4), told => Assert.NotEqual(first, told.Instance));
        Assert.Null(world.Heard[0].Instance);
        Assert.Equal("system.starting", world.Heard[0].Notice.Kind.Name);
    }

    [GeneratedRegex("^[a-z]+(-[a-z]+)*\\.[a-z]+(-[a-z]+)*$")]
    private static partial Regex EventName();

    [GeneratedRegex("^[A-Z][A-Za-z]*$")]
    private static partial Regex ValueName();
}
