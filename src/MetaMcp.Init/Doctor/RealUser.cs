using MetaMcp.Init.Exec;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Doctor;

/// <summary>
/// Takes on the ids that <c>access</c> uses, the real ids and the groups, until it is disposed. The effective ids stay, so that the
/// change can be undone. If the change is not permitted (no CAP_SETUID), the answers are for our own user, which is also the user of
/// the services then.
/// </summary>
internal readonly unsafe ref struct RealUser
{
    private const nint Unchanged = -1;

    private readonly uint _uid;
    private readonly uint _gid;
    private readonly uint[] _groups;

    private RealUser(uint uid, uint gid, uint[] groups) => (_uid, _gid, _groups) = (uid, gid, groups);

    public static RealUser Become(Identity identity)
    {
        uint uid, gid, ignored;
        _ = getresuid(&uid, &ignored, &ignored);
        _ = getresgid(&gid, &ignored, &ignored);
        var groups = new uint[Math.Max(getgroups(0, null), 0)];
        fixed (uint* list = groups)
            _ = getgroups(groups.Length, list);
        Set(identity.Uid, identity.Gid, identity.Groups);
        return new RealUser(uid, gid, groups);
    }

    public void Dispose() => Set(_uid, _gid, _groups);

    /// <summary>Raw calls: glibc's functions would change every thread.</summary>
    private static void Set(uint? uid, uint? gid, uint[]? groups)
    {
        if (groups is not null)
            fixed (uint* list = groups)
                _ = syscall(SYS_setgroups, groups.Length, (nint)list, 0, 0);
        if (gid is { } group)
            _ = syscall(SYS_setresgid, (nint)group, Unchanged, Unchanged, 0);
        if (uid is { } user)
            _ = syscall(SYS_setresuid, (nint)user, Unchanged, Unchanged, 0);
    }
}
