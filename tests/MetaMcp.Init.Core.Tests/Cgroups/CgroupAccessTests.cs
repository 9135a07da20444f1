using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Cgroups;

public sealed class CgroupAccessTests
{
    private static readonly CgroupAccess NotPermitted = new("/sys/fs/cgroup", CgroupObstacle.NotPermitted, new Errno(Errno.EACCES));

    [Fact]
    public void An_ordinary_user_is_told_to_run_the_container_as_root() => Assert.StartsWith(
        "run the container as root", NotPermitted.RemedyFor(isRoot: false, overridesModes: false), StringComparison.Ordinal);

    [Fact]
    public void Root_is_told_which_capability_is_missing() => Assert.EndsWith(
        "--cap-add DAC_OVERRIDE", NotPermitted.RemedyFor(isRoot: true, overridesModes: false), StringComparison.Ordinal);

    [Fact]
    public void Root_with_that_capability_is_told_nothing_that_would_not_help() =>
        Assert.Null(NotPermitted.RemedyFor(isRoot: true, overridesModes: true));
}
