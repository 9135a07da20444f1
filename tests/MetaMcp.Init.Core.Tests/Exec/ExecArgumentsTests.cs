using System.Collections.Immutable;
using CsCheck;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Core.Verbs;

namespace MetaMcp.Init.Core.Tests.Exec;

public sealed class ExecArgumentsTests
{
    // Text that a user may write in a file: empty, with spaces, like an option, in other alphabets.
    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.String, Gen.OneOf("--", "-", "--user", "a=b", "é ü", "", "-1"));

    private static readonly Gen<string> Name = Gen.String[Gen.Char["abcdefgh_-.0123456789é"], 1, 12];

    private static readonly Gen<ImmutableArray<string>> Texts = AnyText.Array[0, 4].Select(a => a.ToImmutableArray());

    private static readonly Gen<ImmutableArray<string>> Names = Name.Array[0, 4].Select(a => a.ToImmutableArray());

    private static readonly Gen<ImmutableArray<string>> NonEmptyTexts =
        AnyText.Where(t => t.Length > 0).Array[0, 4].Select(a => a.ToImmutableArray());

    private static readonly Gen<ResourceLimit> Limit =
        Gen.Select(Gen.OneOf(ResourceTable.All.ToArray()), MaybeLimit(), MaybeLimit(), (resource, a, b) =>
            (a ?? ulong.MaxValue) <= (b ?? ulong.MaxValue)
                ? new ResourceLimit(resource, a, b)
                : new ResourceLimit(resource, b, a));

    private static readonly Gen<ProcessAttributes> Attributes =
        from user in Maybe(Name)
        from groups in Gen.Select(Maybe(Name), Gen.Bool, Names)
        from directory in Maybe(AnyText.Where(t => t.Length > 0))
        from numbers in Gen.Select(MaybeNumber(0, 511), MaybeNumber(-20, 19), MaybeNumber(-1000, 1000))
        from limits in Limit.Array[0, 4]
        from capabilities in Gen.Select(Gen.Bool, Gen.OneOf(CapabilityTable.All.ToArray()).Array[0, 5])
        from noNewPrivileges in Gen.Bool
        select new ProcessAttributes
        {
            User = user,
            Group = groups.Item1,
            SupplementaryGroups = groups.Item2 ? groups.Item3 : null,
            WorkingDirectory = directory,
            Umask = numbers.Item1,
            Nice = numbers.Item2,
            OomScoreAdjust = numbers.Item3,
            ResourceLimits = [.. limits],
            Capabilities = capabilities.Item1 ? [.. capabilities.Item2] : null,
            NoNewPrivileges = noNewPrivileges,
        };

    private static readonly Gen<EnvironmentEdits> Edits =
        from clear in Gen.Bool
        from kept in Names
        from files in NonEmptyTexts
        from unset in Names
        from set in Gen.Select(Name, AnyText, (name, value) => $"{name}={value}").Array[0, 4]
        select new EnvironmentEdits { Clear = clear, Kept = kept, Files = files, Unset = unset, Set = [.. set] };

    private static readonly Gen<ExecRequest> Request =
        from attributes in Attributes
        from edits in Edits
        from descriptors in Gen.Select(Gen.Bool, Gen.Int[0, int.MaxValue].Array[0, 3], MaybeNumber(0, int.MaxValue))
        from gate in MaybeNumber(0, int.MaxValue)
        from streams in Gen.Select(Gen.Bool, Gen.Bool, Maybe(AnyText.Where(t => t.Length > 0)))
        from signals in Gen.Select(Gen.ULong, Gen.ULong, Gen.Bool)
        from server in Maybe(AnyText.Where(t => t.Length > 0))
        from program in AnyText
        from arguments in Texts
        select new ExecRequest
        {
            Gate = gate,
            Server = server,
            Attributes = attributes,
            Environment = edits,
            CloseDescriptors = descriptors.Item1,
            KeptDescriptors = [.. descriptors.Item2],
            ErrorDescriptor = descriptors.Item3,
            OwnOutput = streams.Item1,
            Terminal = streams.Item2,
            PathFirst = streams.Item3,
            Signals = signals.Item3 ? new SignalSets(signals.Item1, signals.Item2) : default,
            Command = [program, .. arguments],
        };

    [Fact]
    public void An_encoded_request_reads_back_as_the_same_request() => Request.Sample(
        request =>
        {
            var words = ExecArguments.Encode(request);
            var read = ExecArgumentReader.Read(words.AsSpan(), out var errors, out var errorDescriptor);
            Assert.Empty(errors);
            Assert.NotNull(read);
            Assert.Equal(request.ErrorDescriptor, errorDescriptor);
            Assert.Equivalent(request, read, strict: true);
            Assert.Equal<string>(request.Command, read.Command);
        },
        iter: 10_000);

    [Theory]
    [InlineData("no command", "--nice", "5", "--")]
    [InlineData("no command")]
    [InlineData("unknown option --usr", "--usr=node", "--", "a")]
    [InlineData("--user needs a value", "--user")]
    [InlineData("--user: the value is empty", "--user=", "--", "a")]
    [InlineData("--user: the value is empty", "--user", "node:", "--", "a")]
    [InlineData("--close-fds takes no value", "--close-fds=1", "--", "a")]
    [InlineData("--umask 888: not an octal number from 0 to 0777", "--umask", "888", "--", "a")]
    [InlineData("--umask 1000: not an octal number from 0 to 0777", "--umask", "1000", "--", "a")]
    [InlineData("--nice 20: not a whole number from -20 to 19", "--nice", "20", "--", "a")]
    [InlineData("--nice -: not a whole number", "--nice", "-", "--", "a")]
    [InlineData("--oom-score-adj 1e3: not a whole number from -1000 to 1000", "--oom-score-adj", "1e3", "--", "a")]
    [InlineData("--rlimit nofiles=3: write NAME=SOFT", "--rlimit", "nofiles=3", "--", "a")]
    [InlineData("--rlimit nofile: write NAME=SOFT", "--rlimit", "nofile", "--", "a")]
    [InlineData("--rlimit nofile=: a limit is a number", "--rlimit", "nofile=", "--", "a")]
    [InlineData("--rlimit nofile=1:-1: a limit is a number", "--rlimit", "nofile=1:-1", "--", "a")]
    [InlineData("--rlimit nofile=2:1: the soft limit is above the hard one", "--rlimit", "nofile=2:1", "--", "a")]
    [InlineData("--rlimit core=unlimited:1: the soft limit is above", "--rlimit", "core=unlimited:1", "--", "a")]
    [InlineData("--cap-keep: no capability 'net_bindservice'", "--cap-keep", "chown,net_bindservice", "--", "a")]
    [InlineData("--unsetenv: a name only", "--unsetenv", "A=B", "--", "a")]
    [InlineData("--error-fd x: not a descriptor's number", "--error-fd", "x", "--", "a")]
    [InlineData("--keep-fd -1: not a descriptor's number", "--keep-fd", "-1", "--", "a")]
    public void Arguments_that_cannot_be_used_are_refused_with_the_reason(string reason, params string[] words)
    {
        Assert.Null(ExecArgumentReader.Read(words, out var errors, out _));
        Assert.Contains(errors, e => e.StartsWith(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void All_errors_are_reported_at_once_and_the_error_descriptor_is_still_known()
    {
        Assert.Null(ExecArgumentReader.Read(
            ["--error-fd", "7", "--nice", "99", "--umask", "9", "--nonsense", "--", "a"], out var errors, out var descriptor));
        Assert.Equal(3, errors.Length);
        Assert.Equal(7, descriptor);
    }

    [Theory]
    [InlineData("--setenv", "=hunter2")]
    [InlineData("--setenv", "hunter2")]
    [InlineData("--unsetenv", "A=hunter2")]
    [InlineData("--keep-env", "A=hunter2")]
    public void No_message_repeats_the_value_of_a_variable(string option, string value)
    {
        Assert.Null(ExecArgumentReader.Read([option, value, "--", "a"], out var errors, out _));
        Assert.DoesNotContain(errors, e => e.Contains("hunter2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--ignored-signals", "1g")]
    [InlineData("--blocked-signals", "-1")]
    [InlineData("--blocked-signals", "10000000000000000")]
    [InlineData("--ignored-signals", "")]
    public void A_set_of_signals_that_is_none_is_an_error(string option, string value)
    {
        Assert.Null(ExecArgumentReader.Read([option, value, "--", "a"], out var errors, out _));
        Assert.Contains("not a set of signals", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_end_at_the_first_word_that_is_none()
    {
        var request = ExecArgumentReader.Read(["--nice=3", "ls", "--user", "x"], out _, out _);
        Assert.Equal<string>(["ls", "--user", "x"], request!.Command);
        Assert.Equal(3, request.Attributes.Nice);
        Assert.Null(request.Attributes.User);
    }

    [Fact]
    public void A_user_may_bring_its_group()
    {
        var request = ExecArgumentReader.Read(["--user", "1001:0", "--", "ls"], out _, out _);
        Assert.Equal(("1001", "0"), (request!.Attributes.User, request.Attributes.Group));
    }

    [Fact]
    public void One_limit_is_soft_and_hard_and_capabilities_are_read_as_people_write_them()
    {
        var request = ExecArgumentReader.Read(
            ["--rlimit", "RLIMIT_CORE=unlimited", "--rlimit=nofile=64", "--cap-keep", "CAP_CHOWN, Net_Raw", "ls"], out _, out _);
        Assert.Equal(
            [new ResourceLimit("core", null, null), new ResourceLimit("nofile", 64, 64)], request!.Attributes.ResourceLimits);
        Assert.Equal<string>(["chown", "net_raw"], request.Attributes.Capabilities!.Value);
    }

    [Fact]
    public void Every_option_is_written()
    {
        var all = ExecArguments.Encode(new ExecRequest
        {
            Attributes = new ProcessAttributes
            {
                User = "a", Group = "a", SupplementaryGroups = [], WorkingDirectory = "a", Umask = 0, Nice = 0,
                OomScoreAdjust = 0, ResourceLimits = [new ResourceLimit("core", 0, 0)], NoNewPrivileges = true, Capabilities = [],
            },
            Environment = new EnvironmentEdits { Clear = true, Kept = ["a"], Files = ["a"], Unset = ["a"], Set = ["a=b"] },
            CloseDescriptors = true, KeptDescriptors = [3], ErrorDescriptor = 3, Server = "a", Command = ["a"],
            Gate = 3, Cgroup = "a", SoftDescriptors = 1, PathFirst = "a", OwnSocket = "a", OwnOutput = true, Terminal = true,
            Signals = new SignalSets { Ignored = 1, Blocked = 1 },
        });
        Assert.Equal(
            VerbTable.Find("exec")!.Options.Select(option => option.Name).Order(),
            all.Where(w => w.StartsWith("--", StringComparison.Ordinal) && w.Length > 2).Order());
    }

    private static Gen<string?> Maybe(Gen<string> gen) => Gen.Null(gen, 0.3);

    private static Gen<int?> MaybeNumber(int least, int most) => Gen.Nullable(Gen.Int[least, most], 0.3);

    private static Gen<ulong?> MaybeLimit() => Gen.Nullable(Gen.ULong[0, ulong.MaxValue - 1], 0.3);
}
