using System.Collections.Immutable;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// /etc/group (<c>man 5 group</c>), read for the reason given at <see cref="PasswdFile"/>. Lines that are not four fields with
/// a number in third place are passed over.
/// </summary>
public static class GroupFile
{
    /// <summary>The gid of the first group of this name.</summary>
    public static uint? FindByName(ReadOnlySpan<byte> file, string name)
    {
        while (ColonFields.TryLine(ref file, out var line))
            if (TryEntry(line, out var group, out var gid, out _) && ColonFields.Same(group, name))
                return gid;
        return null;
    }

    /// <summary>
    /// The groups that <c>initgroups</c> gives a user: the primary group first, then each group that lists the user, once.
    /// </summary>
    public static ImmutableArray<uint> GroupsOf(ReadOnlySpan<byte> file, string user, uint primary)
    {
        var groups = ImmutableArray.CreateBuilder<uint>();
        groups.Add(primary);
        while (ColonFields.TryLine(ref file, out var line))
            if (TryEntry(line, out _, out var gid, out var members) && Lists(members, user) && !groups.Contains(gid))
                groups.Add(gid);
        return groups.DrainToImmutable();
    }

    private static bool TryEntry(
        ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out uint gid, out ReadOnlySpan<byte> members)
    {
        var rest = new ColonFields(line);
        gid = 0;
        members = [];
        if (!rest.TryNext(out name) || name.IsEmpty)
            return false;
        return rest.TryNext(out _) && rest.TryNextId(out gid) && rest.TryNext(out members) && !rest.TryNext(out _);
    }

    private static bool Lists(ReadOnlySpan<byte> members, string user)
    {
        foreach (var range in members.Split((byte)','))
            if (ColonFields.Same(members[range], user))
                return true;
        return false;
    }
}
