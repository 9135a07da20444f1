using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>
/// The user and the privileges of the command. Raw calls, on this thread alone: glibc's setuid family would signal every thread of
/// the process and wait for it, and capset only ever changes one thread. The other threads end at exec.
/// </summary>
internal static unsafe class Credentials
{
    public static void Change(Identity identity, ProcessAttributes attributes)
    {
        var keep = attributes.Capabilities is { } names ? CapabilitySets.Mask(names.AsSpan()) : (ulong?)null;
        if (keep is { } wanted)
            NarrowBoundingSet(wanted, attributes.NoNewPrivileges);
        if (identity.Groups is { } groups)
            SetGroups(groups);
        if (identity.Gid is { } gid && syscall(SYS_setresgid, (nint)gid, (nint)gid, (nint)gid, 0) != 0)
            throw ExecFailedException.Of(ExecStep.SetGid, LastError, $"{gid}");
        if (identity.Uid is { } uid)
            SetUser(uid, keepCapabilities: keep is > 0);
        if (keep is not { } kept)
            return;
        if (CapabilitySets.SetAll(kept) is { IsSuccess: false } refused)
            throw ExecFailedException.Of(ExecStep.Capabilities, refused, CapabilitySets.Names(kept));
        if (CapabilitySets.SetAmbient(kept) is { IsSuccess: false } ambient)
            throw ExecFailedException.Of(ExecStep.AmbientSet, ambient, CapabilitySets.Names(kept));
    }

    /// <summary>
    /// Asks the kernel for everything that was changed. If a security module, an emulation or a mistake of ours made a step
    /// ineffective, the service must not run as root.
    /// </summary>
    public static void Verify(Identity identity, ProcessAttributes attributes)
    {
        uint real, effective, saved;
        if (identity.Uid is { } uid)
            Expect(getresuid(&real, &effective, &saved) == 0 && real == uid && effective == uid && saved == uid, "uid");
        if (identity.Gid is { } gid)
            Expect(getresgid(&real, &effective, &saved) == 0 && real == gid && effective == gid && saved == gid, "gid");
        if (identity.Groups is { } groups)
            Expect(HasGroups(groups), "groups");
        if (attributes.NoNewPrivileges)
            Expect(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, "no_new_privs");
        if (attributes.Capabilities is { } names)
            ExpectCapabilities(CapabilitySets.Mask(names.AsSpan()), attributes.NoNewPrivileges);
    }

    /// <summary>
    /// Without CAP_SETPCAP the bounding set stays as it is. With no_new_privs that does not matter, since exec then gives no
    /// privilege that the process does not have.
    /// </summary>
    private static void NarrowBoundingSet(ulong kept, bool noNewPrivileges)
    {
        if (CapabilitySets.Get(out var sets) is { IsSuccess: false } error)
            throw ExecFailedException.Of(ExecStep.Capabilities, error);
        if ((kept & ~sets.Permitted) is var missing and not 0)
            throw ExecFailedException.Of(ExecStep.Capabilities, new Errno(Errno.EPERM), CapabilitySets.Names(missing));
        var refused = CapabilitySets.DropFromBounding(CapabilitySets.Bounding() & ~kept);
        if (!refused.IsSuccess && !(refused.Number == Errno.EPERM && noNewPrivileges))
            throw ExecFailedException.Of(ExecStep.BoundingSet, refused);
    }

    // Skipped if nothing would change: a container that runs as the service's user already may not be allowed to call it at all.
    private static void SetGroups(uint[] groups)
    {
        if (HasGroups(groups))
            return;
        fixed (uint* list = groups)
        {
            if (syscall(SYS_setgroups, groups.Length, (nint)list, 0, 0) != 0)
                throw ExecFailedException.Of(ExecStep.SetGroups, LastError, string.Join(',', groups));
        }
    }

    private static void SetUser(uint uid, bool keepCapabilities)
    {
        // Leaving uid 0 would empty the permitted set; exec resets this switch.
        if (keepCapabilities && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
            throw ExecFailedException.Of(ExecStep.KeepCapabilities, LastError);
        if (syscall(SYS_setresuid, (nint)uid, (nint)uid, (nint)uid, 0) != 0)
            throw ExecFailedException.Of(ExecStep.SetUid, LastError, $"{uid}");
    }

    private static bool HasGroups(uint[] wanted)
    {
        var count = getgroups(0, null);
        if (count < 0)
            return false;
        var current = new uint[count];
        fixed (uint* list = current)
            count = getgroups(count, list);
        return count == current.Length && Array.TrueForAll(wanted, g => Array.IndexOf(current, g) >= 0) &&
            Array.TrueForAll(current, g => Array.IndexOf(wanted, g) >= 0);
    }

    private static void ExpectCapabilities(ulong kept, bool noNewPrivileges)
    {
        var expected = new CapabilitySets.Sets(kept, kept, kept);
        Expect(CapabilitySets.Get(out var sets).IsSuccess && sets == expected, "capabilities");
        Expect(CapabilitySets.AmbientIs(kept), "ambient-set");
        Expect(noNewPrivileges || (CapabilitySets.Bounding() & ~kept) == 0, "bounding-set");
    }

    private static void Expect(bool asWanted, string what)
    {
        if (!asWanted)
            throw ExecFailedException.Of(ExecStep.Verify, Errno.None, $"{what}: the kernel reports another value than was set");
    }
}
