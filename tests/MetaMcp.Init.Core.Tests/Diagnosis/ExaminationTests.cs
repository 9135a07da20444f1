using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Diagnosis;

public sealed class ExaminationTests
{
    [Fact]
    public void Where_everything_is_permitted_nothing_is_missing()
    {
        var examination = Examination.Of(Made.Perfect, Made.File());
        Assert.All(examination.Findings, f => Assert.Equal(FindingSeverity.Ok, f.Severity));
        Assert.False(examination.HasShortfall);
        Assert.Equal("nothing is missing; the kernel can enforce limits", examination.Summary);
    }

    [Fact]
    public void Docker_as_it_comes_lacks_a_writable_cgroup_and_three_capabilities()
    {
        var examination = Examination.Of(Made.DockerDefault, null);
        Assert.Equal(
            ["cgroup-read-only warning", "capability-sys-nice info", "capability-sys-resource info", "capability-sys-ptrace info",
                "no-file info"],
            examination.Findings.Where(f => f.Severity != FindingSeverity.Ok)
                .Select(f => $"{f.Id} {f.Severity.ToString().ToLowerInvariant()}"));
        Assert.Equal("1 warning, 4 notes; limits can only be watched, not enforced by the kernel", examination.Summary);
    }

    [Fact]
    public void Without_anything_known_there_is_still_a_diagnosis()
    {
        var examination = Examination.Of(
            new Facts { HasProc = false, Cgroup = new() { Version = CgroupVersion.None, Access = new(null, CgroupObstacle.NoProc) } },
            null);
        Assert.NotNull(examination.Find("no-proc"));
        Assert.NotNull(examination.Find("cgroup-unknown"));
        Assert.True(examination.HasShortfall);
    }

    /// <summary>Facts that bring about every possible finding.</summary>
    public static IEnumerable<Facts> Shortfalls =>
    [
        new Facts(), Made.DockerDefault,
        .. Enum.GetValues<CgroupObstacle>().Select(o => Made.WithObstacle(o)),
        .. Enum.GetValues<CgroupVersion>().Select(v => Made.WithCgroup(c => c with { Version = v })),
        .. Made.Calls.Append("clone3").SelectMany(c => new[] { Made.WithCall(c, Errno.EPERM), Made.WithCall(c, Errno.ENOSYS) }),
        .. CapabilityTable.All.ToArray().Select(c => Made.Without(c)),
        Made.Perfect with { RuntimeDirectory = new() { Access = new(Errno.EACCES) }, Pressure = new(), HidePid = "2", OpenFiles = 16 },
        Made.WithCgroup(c => c with { Controllers = [], HasSwapMax = false }) with { Swap = new ByteSize(1 << 30), NoNewPrivileges = true },
    ];

    [Fact]
    public void Every_finding_has_a_name_for_scripts_and_says_what_it_costs() =>
        Assert.All(Shortfalls.SelectMany(f => Examination.Of(f, Made.File()).Findings), finding =>
        {
            Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", finding.Id);
            Assert.NotEmpty(finding.Found);
            Assert.Equal(finding.Severity == FindingSeverity.Ok, finding.Costs.Length == 0);
        });

    [Fact]
    public void No_name_is_given_twice_in_one_examination() => Assert.All(Shortfalls, facts =>
    {
        var ids = Examination.Of(facts, Made.File()).Findings.Select(f => f.Id).ToList();
        Assert.Equal(ids.Distinct(), ids);
    });

    [Fact]
    public void Every_shortfall_names_a_setting_or_a_change_to_the_host() => Assert.All(
        Shortfalls.SelectMany(f => Examination.Of(f, Made.File()).Findings).Where(f => f.IsShortfall),
        finding => Assert.NotEqual(Remedies.None, finding.Remedies));

    [Fact]
    public void No_remedy_mounts_the_cgroup_tree_of_the_host() => Assert.All(
        Shortfalls.SelectMany(f => Examination.Of(f, Made.File()).Findings),
        finding => Assert.DoesNotContain("-v ", $"{finding.Remedies.Docker}{finding.Remedies.Podman}", StringComparison.Ordinal));
}
