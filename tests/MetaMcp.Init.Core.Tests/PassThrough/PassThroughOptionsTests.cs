using MetaMcp.Init.Core.PassThrough;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.PassThrough;

public sealed class PassThroughOptionsTests
{
    [Fact]
    public void Without_flags_the_command_follows_the_dashes()
    {
        var options = Read("--", "echo", "-g", "--");
        Assert.Equal(1, options.CommandIndex);
        Assert.False(options.SignalGroup);
        Assert.Equal(TimeSpan.FromSeconds(2), options.Grace);
    }

    [Theory]
    [InlineData("-g -s -w -v -v -p SIGKILL -e 143 -r TERM:INT --grace 5s --")]
    [InlineData("-gsw -vv -pKILL -e143 -r15:2 --grace 5s --")]
    [InlineData("-gswvvp KILL -e 143 -rSIGTERM:SIGINT --grace 5000ms --")]
    public void Letters_may_be_joined_and_values_follow_directly(string flags)
    {
        var options = Read([.. flags.Split(' '), "true"]);
        Assert.True(options is { SignalGroup: true, Subreaper: true, WarnOnOrphan: true, Verbosity: 2 });
        Assert.Equal(Signal.Kill, options.ParentDeathSignal);
        Assert.Equal([143], options.TreatedAsSuccess);
        Assert.Equal([new(15, 2)], options.Rewrites);
        Assert.Equal(TimeSpan.FromSeconds(5), options.Grace);
    }

    [Fact]
    public void The_later_of_g_and_c_counts() => Assert.False(Read("-gc", "--", "true").SignalGroup);

    [Fact]
    public void Codes_and_rewrites_add_up_and_0_drops()
    {
        var options = Read("-e", "1", "-e", "2", "-r", "1:0", "-r", "HUP:USR1", "-r", "2:0", "--", "true");
        Assert.Equal([1, 2], options.TreatedAsSuccess);
        Assert.Equal([new(1, 0), new(1, 10), new(2, 0)], options.Rewrites);
    }

    [Theory]
    [InlineData("--", "nothing follows")]
    [InlineData("-g", "no command")]
    [InlineData("-x -- true", "unknown flag '-x'")]
    [InlineData("-gx -- true", "unknown flag '-x'")]
    [InlineData("--group -- true", "unknown flag '--group'")]
    [InlineData("-g true", "'true' stands where")]
    [InlineData("-p -- true", "-p takes a signal")]
    [InlineData("-p SIGFOO -- true", "-p takes a signal")]
    [InlineData("-p 0 -- true", "-p takes a signal")]
    [InlineData("-e 256 -- true", "-e takes an exit code")]
    [InlineData("-e -1 -- true", "-e takes an exit code")]
    [InlineData("-e", "-e takes an exit code")]
    [InlineData("-r 15 -- true", "-r takes FROM:TO")]
    [InlineData("-r :2 -- true", "-r takes FROM:TO")]
    [InlineData("-r 15: -- true", "-r takes FROM:TO")]
    [InlineData("-r 0:2 -- true", "-r takes FROM:TO")]
    [InlineData("-r 65:2 -- true", "-r takes FROM:TO")]
    [InlineData("--grace -- true", "--grace takes a duration")]
    [InlineData("--grace", "--grace takes a duration")]
    [InlineData("- -- true", "'-'")]
    public void Arguments_that_cannot_be_read_give_one_sentence(string args, string part)
    {
        Assert.Null(PassThroughOptions.Parse(args.Split(' '), out var error));
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Theory]
    [InlineData("--", true)]
    [InlineData("-g", true)]
    [InlineData("--grace", true)]
    [InlineData("--config", false)]
    [InlineData("--config=x", false)]
    [InlineData("--help", false)]
    [InlineData("--version", false)]
    [InlineData("run", false)]
    public void Flags_before_the_dashes_mean_this_mode(string first, bool meant) =>
        Assert.Equal(meant, PassThroughOptions.IsMeant([first]));

    [Fact]
    public void No_arguments_are_not_meant_for_it() => Assert.False(PassThroughOptions.IsMeant([]));

    private static PassThroughOptions Read(params string[] args)
    {
        var options = PassThroughOptions.Parse(args, out var error);
        Assert.Equal("", error);
        return Assert.IsType<PassThroughOptions>(options);
    }
}
