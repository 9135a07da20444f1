using System.Text;
using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class ProcessFilesTests
{
    private const string Tail =
        "S 1 412 400 0 -1 4194560 1090 0 12 0 4 2 0 0 20 0 11 0 198273 1096036352 14290 18446744073709551615 1 1 0\n";

    [Theory]
    [InlineData("node")]
    [InlineData("npm exec @model")]
    [InlineData("a)( ) b (() (")]
    [InlineData(") Z 1 1 1 (")]
    [InlineData("two\nlines")]
    [InlineData("")]
    public void A_process_is_read_whatever_it_calls_itself(string name) =>
        Assert.Equal(
            new ProcessStat(413, 198273, 1, 412, 400, 11, IsDead: false) { ResidentPages = 14290 }, Read($"413 ({name}) {Tail}"));

    [Fact]
    public void One_from_outside_of_the_namespace_has_zeros() =>
        Assert.Equal(new ProcessStat(57, 12, 0, 0, 0, 1, IsDead: false),
            Read("57 (sh) S 0 0 0 34816 57 4194304 1 0 0 0 0 0 0 0 20 0 1 0 12 0 0 0 0\n"));

    [Theory]
    [InlineData("Z", "1", true)]
    [InlineData("X", "1", true)]
    [InlineData("Z", "5", false)]
    [InlineData("D", "1", false)]
    public void It_is_dead_when_its_last_thread_is(string state, string threads, bool isDead) =>
        Assert.Equal(isDead, Read($"9 (a) {state} 1 9 9 0 -1 0 0 0 0 0 0 0 0 0 20 0 {threads} 0 77 0 0\n")?.IsDead);

    [Theory]
    [InlineData("")]
    [InlineData("413")]
    [InlineData("413 (node")]
    [InlineData("413 (node) S 1")]
    [InlineData("413 (node) S one 2 3 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0\n")]
    [InlineData("99999999999 (node) S 1 2 3 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0\n")]
    [InlineData(") (")]
    public void Text_that_is_no_such_line_is_refused(string text) => Assert.Null(Read(text));

    [Theory]
    [InlineData("267587 14290 9984 21094 0 24107 0\n", 14290, 9984)]
    [InlineData("0 0 0 0 0 0 0\n", 0, 0)]
    public void Statm_has_resident_and_shared_pages(string text, long resident, long shared)
    {
        Assert.True(Statm.TryRead(Encoding.ASCII.GetBytes(text), out var statm));
        Assert.Equal(new Statm(resident, shared), statm);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2")]
    [InlineData("1 x 3 4")]
    public void Text_that_is_no_statm_is_refused(string text) => Assert.False(Statm.TryRead(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData("D", true)]
    [InlineData("S", false)]
    [InlineData("t", false)]
    public void It_is_blocked_where_no_signal_wakes_it(string state, bool isBlocked) =>
        Assert.Equal(isBlocked, Read($"9 (a) {state} 1 9 9 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0 0\n")?.IsBlocked);

    [Fact]
    public void Status_has_what_is_resident_by_kind_in_bytes()
    {
        var text =
            "Name:\tRssAnon:\\n\nState:\tS (sleeping)\nVmRSS:\t   57160 kB\nRssAnon:\t   16000 kB\n"u8 +
            "RssFile:\t   41100 kB\nRssShmem:\t      60 kB\nThreads:\t11\n"u8;
        Assert.True(ResidentMemory.TryRead(text, out var memory));
        Assert.Equal(new ResidentMemory(16000 * 1024, 60 * 1024, 41100 * 1024), memory);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Name:\tkthreadd\nState:\tS (sleeping)\n")]
    [InlineData("RssAnon:\t1 kB\nRssFile:\t1 kB\n")]
    [InlineData("RssAnon:\tmany kB\nRssFile:\t1 kB\nRssShmem:\t1 kB\n")]
    [InlineData("RssAnon:\t9223372036854775807 kB\nRssFile:\t1 kB\nRssShmem:\t1 kB\n")]
    public void A_status_without_them_has_none(string text) => Assert.False(ResidentMemory.TryRead(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData("HOME=/\0A=1\0", "1")]
    [InlineData("A=1\0A=2\0", "1")]
    [InlineData("BA=3\0A=\0", "")]
    [InlineData("X=\nA=1\0", "")]
    [InlineData("A=cut", "cut")]
    [InlineData("", "")]
    public void A_variable_is_found_by_its_whole_name(string text, string value) =>
        Assert.Equal(value, Encoding.ASCII.GetString(Environ.Find(Encoding.ASCII.GetBytes(text), "A="u8)));

    private static ProcessStat? Read(string text) => ProcessStat.TryRead(Encoding.UTF8.GetBytes(text), out var stat) ? stat : null;
}
