using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Exec;

/// <summary>The ids behind the names of a request. Null: not changed.</summary>
internal sealed class Identity
{
    public uint? Uid { get; private init; }

    /// <summary>The primary group.</summary>
    public uint? Gid { get; private init; }

    /// <summary>The supplementary groups, all of them.</summary>
    public uint[]? Groups { get; private init; }

    /// <summary>The user's line in /etc/passwd, if there is one.</summary>
    public PasswdEntry? Account { get; private init; }

    private const string Passwd = "/etc/passwd";
    private const string GroupPath = "/etc/group";

    private static readonly Identity Unchanged = new();

    /// <summary>
    /// Names are looked up first; then a number is taken as an id, with or without a line in the files. A uid without a line gets the
    /// group of the same number and no other, never root's group by default.
    /// </summary>
    public static Identity Resolve(ProcessAttributes attributes)
    {
        if (attributes is { User: null, Group: null, SupplementaryGroups: null })
            return Unchanged;
        var account = attributes.User is { } name ? FindUser(name) : default;
        var groupError = FileBytes.Read(GroupPath, out var groups);
        var gid = attributes.Group is { } group ? FindGroup(groups, groupError, group)
            : account.Entry?.Gid ?? account.Uid;
        uint[]? supplementary = null;
        if (attributes.SupplementaryGroups is { } wanted)
        {
            supplementary = new uint[wanted.Length];
            for (var i = 0; i < wanted.Length; i++)
                supplementary[i] = FindGroup(groups, groupError, wanted[i]);
        }
        else if (account.Uid is not null)
        {
            supplementary = account.Entry is { } entry ? [.. GroupFile.GroupsOf(groups, entry.Name, gid!.Value)] : [gid!.Value];
        }
        return new Identity { Uid = account.Uid, Gid = gid, Groups = supplementary, Account = account.Entry };
    }

    /// <summary>The id of a group by its name or number; null if there is none.</summary>
    public static uint? FindGroup(string name)
    {
        _ = FileBytes.Read(GroupPath, out var groups);
        return GroupFile.FindByName(groups, name) ?? (DecimalText.TryRead(name, uint.MaxValue - 1, out var number) ? (uint)number : null);
    }

    private static (uint? Uid, PasswdEntry? Entry) FindUser(string name)
    {
        var error = FileBytes.Read(Passwd, out var passwd);
        var entry = PasswdFile.FindByName(passwd, name);
        if (entry is not null)
            return (entry.Uid, entry);
        if (DecimalText.TryRead(name, uint.MaxValue - 1, out var uid))
            return ((uint)uid, PasswdFile.FindByUid(passwd, (uint)uid));
        throw NotThere(ExecStep.User, error, name, Passwd);
    }

    private static uint FindGroup(ReadOnlySpan<byte> file, Errno error, string name)
    {
        if (GroupFile.FindByName(file, name) is { } gid)
            return gid;
        return DecimalText.TryRead(name, uint.MaxValue - 1, out var number)
            ? (uint)number
            : throw NotThere(ExecStep.Group, error, name, GroupPath);
    }

    private static ExecFailedException NotThere(ExecStep step, Errno error, string name, string path) => error.IsSuccess
        ? ExecFailedException.Of(step, error, $"'{name}' is not in {path}")
        : ExecFailedException.Of(step, error, $"'{name}': {path}");
}
