using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Diagnosis;

public sealed class CgroupChecksTests
{
    [Theory]
    [InlineData(CgroupObstacle.ReadOnly, "cgroup-read-only")]
    [InlineData(CgroupObstacle.NotPermitted, "cgroup-not-ours")]
    [InlineData(CgroupObstacle.NotMounted, "cgroup-not-mounted")]
    [InlineData(CgroupObstacle.OutOfSight, "cgroup-not-visible")]
    [InlineData(CgroupObstacle.Threaded, "cgroup-threaded")]
    [InlineData(CgroupObstacle.Shared, "cgroup-foreign-process")]
    [InlineData(CgroupObstacle.NoProc, "cgroup-unknown")]
    [InlineData(CgroupObstacle.Refused, "cgroup-refused")]
    public void Each_obstacle_has_its_finding(CgroupObstacle obstacle, string id) =>
        Assert.Equal((id, FindingSeverity.Warning), Named(Made.Only(Made.WithObstacle(obstacle, errno: Errno.EACCES))));

    [Theory]
    [InlineData(CgroupVersion.V1, "cgroup-v1")]
    [InlineData(CgroupVersion.Hybrid, "cgroup-hybrid")]
    public void A_limit_of_the_host_cannot_be_mended_by_a_setting_of_the_container(CgroupVersion version, string id)
    {
        var finding = Made.Only(Made.WithCgroup(c => c with { Version = version }));
        Assert.Equal(id, finding.Id);
        Assert.Contains("systemd.unified_cgroup_hierarchy=1", finding.Remedies.Host, StringComparison.Ordinal);
        Assert.Null(finding.Remedies.Docker);
        Assert.Null(finding.Remedies.Kubernetes);
    }

    [Fact]
    public void Read_only_names_the_setting_of_every_platform()
    {
        var remedies = Made.Only(Made.WithObstacle(CgroupObstacle.ReadOnly)).Remedies;
        Assert.StartsWith("--security-opt writable-cgroups=true", remedies.Docker, StringComparison.Ordinal);
        Assert.StartsWith("security_opt: [\"writable-cgroups=true\"]", remedies.Compose, StringComparison.Ordinal);
        Assert.StartsWith("--security-opt unmask=/sys/fs/cgroup", remedies.Podman, StringComparison.Ordinal);
        Assert.StartsWith("cgroup_writable = true", remedies.Containerd, StringComparison.Ordinal);
        Assert.StartsWith("securityContext: {privileged: true}", remedies.Kubernetes, StringComparison.Ordinal);
    }

    [Fact]
    public void Rootless_Docker_refuses_writable_cgroups_and_is_not_told_to_ask()
    {
        var facts = Made.WithObstacle(CgroupObstacle.ReadOnly) with { UidMap = [new(0, 1000, 1), new(1, 100000, 65536)] };
        Assert.Equal("--privileged", Made.Only(facts).Remedies.Docker);
    }

    [Fact]
    public void A_directory_of_another_user_is_named_with_its_owner()
    {
        var facts = Made.WithObstacle(CgroupObstacle.NotPermitted, errno: Errno.EACCES) with { Uid = 1001 };
        var finding = Made.Only(facts);
        Assert.Equal("/sys/fs/cgroup belongs to uid 0, and uid 1001 may not write there: Permission denied (EACCES)", finding.Found);
        Assert.Equal("--user 0", finding.Remedies.Docker);
    }

    [Fact]
    public void Root_who_may_not_write_lacks_a_capability_and_is_not_told_to_become_root()
    {
        var facts = Made.Without("dac_override") with { Cgroup = Foreign(1001) };
        var finding = Made.Only(facts);
        Assert.Equal(
            "/sys/fs/cgroup belongs to uid 1001, and uid 0 may not write there without CAP_DAC_OVERRIDE: Permission denied (EACCES)",
            finding.Found);
        Assert.Equal("--cap-add DAC_OVERRIDE", finding.Remedies.Docker);
    }

    [Fact]
    public void Where_the_owner_is_no_id_of_the_container_no_capability_helps()
    {
        var facts = Made.Without("dac_override") with { Cgroup = Foreign(65534), UidMap = [new(0, 1000, 1)] };
        Assert.Equal("--privileged", Made.Only(facts).Remedies.Docker);
    }

    /// <summary>The notice of a start and <c>doctor</c> must not send a person to different places.</summary>
    [Theory]
    [InlineData(CgroupVersion.V1, CgroupObstacle.Version1, "on the host: boot with systemd.unified_cgroup_hierarchy=1")]
    [InlineData(CgroupVersion.Hybrid, CgroupObstacle.ReadOnly, "on the host: boot with systemd.unified_cgroup_hierarchy=1")]
    [InlineData(CgroupVersion.Hybrid, CgroupObstacle.None, "on the host: boot with systemd.unified_cgroup_hierarchy=1")]
    [InlineData(CgroupVersion.V2, CgroupObstacle.ReadOnly, "docker run --security-opt writable-cgroups=true")]
    [InlineData(CgroupVersion.None, CgroupObstacle.NotMounted, "podman run without --cgroups=disabled")]
    [InlineData(CgroupVersion.V2, CgroupObstacle.NotPermitted, "docker run --user 0")]
    [InlineData(CgroupVersion.V2, CgroupObstacle.OutOfSight, "docker run --cgroupns private")]
    public void The_notice_of_a_start_gives_the_advice_of_doctor(CgroupVersion version, CgroupObstacle obstacle, string begins)
    {
        var facts = Made.WithObstacle(obstacle, errno: Errno.EACCES);
        facts = facts with { Uid = 1001, Cgroup = facts.Cgroup with { Version = version, Controllers = [] } };
        var (reason, advice) = CgroupChecks.Brief(facts, Controllers.Memory);
        Assert.StartsWith(begins, advice, StringComparison.Ordinal);
        var found = Examination.Of(facts, null).Findings
            .First(finding => finding.Id.StartsWith("cgroup-", StringComparison.Ordinal) && finding.IsShortfall);
        Assert.All(
            (string?[])[found.Remedies.Docker, found.Remedies.Podman, found.Remedies.Host],
            setting => Assert.Contains(setting ?? "", advice, StringComparison.Ordinal));
        Assert.Equal(version is CgroupVersion.V1 or CgroupVersion.Hybrid ? found.Found : null, reason);
    }

    [Fact]
    public void The_notice_has_the_advice_for_a_controller_that_is_not_offered()
    {
        var facts = Made.WithCgroup(c => c with { Controllers = ["cpu", "pids"] });
        Assert.Equal("on the host: " + Made.Only(facts).Remedies.Host, CgroupChecks.Brief(facts, Controllers.Memory).Advice);
        Assert.Null(CgroupChecks.Brief(facts, Controllers.Tasks).Advice);
    }

    [Theory]
    [InlineData(CgroupObstacle.NotFirst)]
    [InlineData(CgroupObstacle.SwitchedOff)]
    public void The_notice_advises_no_setting_against_a_choice(CgroupObstacle obstacle) =>
        Assert.Equal((null, null), CgroupChecks.Brief(Made.WithObstacle(obstacle), Controllers.Memory));

    private static CgroupFacts Foreign(uint owner) =>
        Made.WithObstacle(CgroupObstacle.NotPermitted, errno: Errno.EACCES).Cgroup with { Owner = owner };

    [Theory]
    [InlineData("require", FindingSeverity.Error)]
    [InlineData("prefer", FindingSeverity.Warning)]
    [InlineData("off", FindingSeverity.Info)]
    public void How_bad_it_is_the_file_says(string enforce, FindingSeverity severity)
    {
        var plan = Made.File(rest: $"[limits]\nenforce = \"{enforce}\"\n[shutdown]\ntimeout = \"5s\"");
        var examination = Examination.Of(Made.WithObstacle(CgroupObstacle.ReadOnly), plan);
        Assert.Equal(severity, examination.Find("cgroup-read-only")!.Severity);
        Assert.Equal(enforce == "require", examination.Find("limits-required") is { Severity: FindingSeverity.Error });
    }

    /// <summary>The error comes exactly when <c>run</c> would refuse to start.</summary>
    [Theory]
    [InlineData("memory_max = \"1GiB\"", "memory", true)]
    [InlineData("tasks_max = 64", "pids", true)]
    [InlineData("cpu_max = 1.0", "cpu", true)]
    [InlineData("cpu_max = 1.0", "memory", false)]
    [InlineData("memory_max = \"1GiB\"", "cpu", false)]
    [InlineData("", "memory", false)]
    public void Only_the_limits_of_the_file_are_required(string of, string missing, bool refuses)
    {
        var examination =
            Examination.Of(Made.WithCgroup(c => c with { Controllers = [.. c.Controllers.Where(x => x != missing)] }), Required(of));
        Assert.Equal(refuses, examination.Find("limits-required") is not null);
        var severity = examination.Find($"cgroup-no-{missing}")!.Severity;
        Assert.Equal(refuses, severity == FindingSeverity.Error);
    }

    [Theory]
    [InlineData("memory_max = \"1GiB\"", FindingSeverity.Error)]
    [InlineData("tasks_max = 64", FindingSeverity.Warning)]
    public void Swap_that_cannot_be_limited_stands_against_a_required_cap_on_memory(string of, FindingSeverity severity)
    {
        var facts = Made.WithCgroup(c => c with { HasSwapMax = false }) with { Swap = new ByteSize(1 << 30) };
        var examination = Examination.Of(facts, Required(of));
        Assert.Equal(severity, examination.Find("swap-not-limitable")!.Severity);
        Assert.Equal(severity == FindingSeverity.Error, examination.Find("limits-required") is not null);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("pids")]
    public void A_controller_that_is_needed_and_not_offered_is_a_shortfall(string controller)
    {
        var finding = Made.Only(Made.WithCgroup(c => c with { Controllers = [.. c.Controllers.Where(x => x != controller)] }));
        Assert.Equal(($"cgroup-no-{controller}", FindingSeverity.Warning), Named(finding));
        Assert.Contains("Delegate=", finding.Remedies.Host, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", FindingSeverity.Info)]
    [InlineData("cpu_max = 1.0", FindingSeverity.Warning)]
    public void The_cpu_controller_matters_where_a_service_has_a_share(string of, FindingSeverity severity) =>
        Assert.Equal(
            ("cgroup-no-cpu", severity),
            Named(Made.Only(Made.WithCgroup(c => c with { Controllers = ["memory", "pids"] }), Made.File(of))));

    [Fact]
    public void A_container_in_the_namespace_of_the_host_is_told_so() => Assert.Equal(
        ("cgroup-host-namespace", FindingSeverity.Info), Named(Made.Only(Made.WithCgroup(c => c with { HasOwnNamespace = false }))));

    private static Core.Planning.Plan Required(string of) => Made.File(of, "[limits]\nenforce = \"require\"\n[shutdown]\ntimeout = \"5s\"");

    private static (string, FindingSeverity) Named(Finding finding) => (finding.Id, finding.Severity);
}
