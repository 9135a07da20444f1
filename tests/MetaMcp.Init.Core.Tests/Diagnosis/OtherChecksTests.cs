using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Diagnosis;

public sealed class OtherChecksTests
{
    [Theory]
    [InlineData("setuid", "user = \"node\"")]
    [InlineData("setgid", "group = \"node\"")]
    [InlineData("setpcap", "capabilities = []")]
    [InlineData("kill", "user = \"node\"")]
    [InlineData("sys_nice", "nice = -5")]
    [InlineData("sys_resource", "oom_score_adjust = -100")]
    [InlineData("sys_resource", "rlimits = { nofile = 2000000 }")]
    [InlineData("net_admin", "capabilities = [\"net_admin\"]")]
    public void A_capability_is_an_error_where_a_service_asks_for_it_and_a_note_else(string capability, string of)
    {
        var id = $"capability-{capability.Replace('_', '-')}";
        var needed = Examination.Of(Made.Without(capability), Made.File(of)).Find(id);
        Assert.Equal(FindingSeverity.Error, needed!.Severity);
        Assert.Contains("backend", needed.Costs, StringComparison.Ordinal);
        Assert.Equal($"--cap-add {capability.ToUpperInvariant()}", needed.Remedies.Docker);
        Assert.NotEqual(
            FindingSeverity.Error, Examination.Of(Made.Without(capability), Made.File()).Find(id)?.Severity ?? FindingSeverity.Ok);
    }

    [Fact]
    public void A_user_gets_the_missing_capabilities_by_being_root()
    {
        var finding = Examination.Of(Made.Without("setuid", fromBounding: false) with { Uid = 1001 }, Made.File("user = \"node\""))
            .Find("capability-setuid")!;
        Assert.Equal("--user 0", finding.Remedies.Docker);
        Assert.Equal("securityContext: {runAsUser: 0, runAsNonRoot: false}", finding.Remedies.Kubernetes);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("1001")]
    public void A_service_of_the_user_that_we_are_needs_no_capability(string user)
    {
        var facts = Made.Perfect with { Uid = 1001, UserName = "node", Capabilities = 0 };
        Assert.False(Examination.Of(facts, Made.File($"user = \"{user}\"")).HasShortfall);
    }

    [Theory]
    [InlineData("epoll_create1", FindingSeverity.Error)]
    [InlineData("signalfd4", FindingSeverity.Error)]
    [InlineData("waitid", FindingSeverity.Error)]
    [InlineData("clone3", FindingSeverity.Error)]
    [InlineData("statx", FindingSeverity.Warning)]
    [InlineData("pidfd_open", FindingSeverity.Warning)]
    [InlineData("pidfd_send_signal", FindingSeverity.Warning)]
    [InlineData("close_range", FindingSeverity.Info)]
    [InlineData("process_mrelease", FindingSeverity.Info)]
    public void A_call_that_the_filter_forbids_is_found(string call, FindingSeverity severity)
    {
        var finding = Made.Only(Made.WithCall(call, Errno.EPERM));
        Assert.Equal(($"call-{call.Replace('_', '-')}", severity), (finding.Id, finding.Severity));
        Assert.Contains("seccomp", finding.Remedies.Docker, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Errno.EBADF)]
    [InlineData(Errno.EINVAL)]
    [InlineData(Errno.ECHILD)]
    public void A_call_that_fails_in_any_other_way_is_allowed(int errno) =>
        Assert.All(Made.Calls, call => Assert.False(Examination.Of(Made.WithCall(call, errno), Made.File()).HasShortfall));

    [Fact]
    public void That_clone3_is_answered_as_missing_is_as_it_should_be() =>
        Assert.NotNull(Examination.Of(Made.WithCall("clone3", Errno.ENOSYS), null).Find("calls"));

    [Fact]
    public void An_old_kernel_is_told_from_a_filter()
    {
        var finding = Made.Only(Made.WithCall("pidfd_open", Errno.ENOSYS) with { Release = "4.19.0-26-amd64" });
        Assert.Equal("Linux 4.19.0-26-amd64 does not have pidfd_open, which came with 5.3", finding.Found);
        Assert.Equal("Linux 5.3 or later", finding.Remedies.Host);
        Assert.Null(finding.Remedies.Docker);
    }

    [Fact]
    public void A_sandbox_without_a_call_is_told_from_a_filter() => Assert.Null(
        Made.Only(Made.WithCall("pidfd_open", Errno.ENOSYS) with { SeccompMode = 0 }).Remedies.Docker);

    [Fact]
    public void The_time_that_a_stop_takes_is_given_to_every_platform_exactly()
    {
        var finding = Made.Only(Made.Perfect, Made.File(rest: "[shutdown]\ntimeout = \"30500ms\""));
        Assert.Equal(("stop-grace", FindingSeverity.Info), (finding.Id, finding.Severity));
        Assert.Equal("--stop-timeout 32", finding.Remedies.Docker);
        Assert.Equal("stop_grace_period: 32s", finding.Remedies.Compose);
        Assert.Equal("--stop-timeout 32", finding.Remedies.Podman);
        Assert.Equal("in the pod: terminationGracePeriodSeconds: 32", finding.Remedies.Kubernetes);
    }

    [Fact]
    public void The_stop_signals_are_shown_since_the_image_has_a_STOPSIGNAL_of_its_own()
    {
        var finding = Examination.Of(Made.Perfect, Made.File(rest: "[shutdown]\nsignals = [\"SIGTERM\", \"SIGWINCH\"]"))
            .Find("stop-signals")!;
        Assert.Equal(FindingSeverity.Ok, finding.Severity);
        Assert.StartsWith("SIGTERM, SIGWINCH begin an orderly stop", finding.Found, StringComparison.Ordinal);
        Assert.Contains("STOPSIGNAL", finding.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_of_the_container_below_that_of_the_file_is_found()
    {
        var plan = Made.File(rest: "[limits]\nmemory = \"1GiB\"\ntasks = 512\n[shutdown]\ntimeout = \"5s\"");
        var facts = Made.WithCgroup(c => c with { MemoryMax = new ByteSize(512 << 20), PidsMax = 100 });
        var examination = Examination.Of(facts, plan);
        Assert.Equal("--memory 1088m", examination.Find("container-memory")!.Remedies.Docker);
        Assert.Equal("resources: {limits: {memory: 1088Mi}}", examination.Find("container-memory")!.Remedies.Kubernetes);
        Assert.Equal("pids_limit: 576", examination.Find("container-tasks")!.Remedies.Compose);
        Assert.False(
            Examination.Of(Made.WithCgroup(c => c with { MemoryMax = new ByteSize(2L << 30), PidsMax = 1000 }), plan).HasShortfall);
    }

    [Fact]
    public void Swap_that_cannot_be_limited_is_a_shortfall()
    {
        var facts = Made.WithCgroup(c => c with { HasSwapMax = false }) with { Swap = new ByteSize(2L << 30) };
        Assert.Equal("swap-not-limitable", Made.Only(facts).Id);
        Assert.False(Examination.Of(facts with { Swap = new ByteSize(0) }, null).HasShortfall);
    }

    [Fact]
    public void Too_few_descriptors_for_the_services_are_an_error()
    {
        Assert.Equal(("open-files", FindingSeverity.Error), Named(Made.Only(Made.Perfect with { OpenFiles = 37 })));
        Assert.False(Examination.Of(Made.Perfect with { OpenFiles = 38 }, Made.File()).HasShortfall);
    }

    [Theory]
    [InlineData(Errno.EACCES)]
    [InlineData(30)]
    public void A_runtime_directory_that_cannot_be_made_is_given_a_tmpfs(int errno)
    {
        var finding = Made.Only(Made.Perfect with { RuntimeDirectory = new() { Path = "/run/x", Nearest = "/run", Access = new(errno) } });
        Assert.Equal(("runtime-dir", FindingSeverity.Warning), Named(finding));
        Assert.Equal("--tmpfs /run/x", finding.Remedies.Docker);
    }

    [Fact]
    public void A_user_that_the_namespace_does_not_have_is_an_error()
    {
        var facts = Made.Perfect with { UidMap = [new(0, 100000, 65536)] };
        Assert.Equal("user-not-mapped", Made.Only(facts, Made.File("user = \"70000\"")).Id);
        Assert.False(Examination.Of(facts, Made.File("user = \"1000\"")).HasShortfall);
    }

    [Theory]
    [InlineData("", FindingSeverity.Info)]
    [InlineData("no_new_privileges = false", FindingSeverity.Warning)]
    public void That_no_privileges_can_be_gained_matters_where_a_service_is_to_gain_some(string of, FindingSeverity severity) =>
        Assert.Equal(("no-new-privileges", severity), Named(Made.Only(Made.Perfect with { NoNewPrivileges = true }, Made.File(of))));

    [Theory]
    [InlineData("docker-init", "PID 1 is \"docker-init\", not mcp-init")]
    [InlineData("a\u001b[2J", "PID 1 is \"a\\u001b[2J\", not mcp-init")]
    [InlineData(null, "mcp-init is not PID 1")]
    public void Another_PID_1_is_named(string? first, string found) =>
        Assert.Equal(found, Made.Only(Made.Perfect with { Pid = 7, FirstProcess = first }).Found);

    [Fact]
    public void Beside_mcp_init_as_PID_1_it_is_PID_1_that_counts() =>
        Assert.False(Examination.Of(Made.Perfect with { Pid = 42 }, null).HasShortfall);

    private static (string, FindingSeverity) Named(Finding finding) => (finding.Id, finding.Severity);
}
