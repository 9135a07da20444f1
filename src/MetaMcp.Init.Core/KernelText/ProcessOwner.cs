using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>The user and the group of a process that has one of each: real, effective and saved are the same.</summary>
/// <param name="Uid">In our user namespace.</param>
/// <param name="Gid">In our user namespace.</param>
public readonly record struct ProcessOwner(uint Uid, uint Gid)
{
    /// <summary>Read from /proc/[pid]/status (<c>man 5 proc</c>); false if its real, effective and saved ids differ.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, out ProcessOwner owner)
    {
        owner = default;
        if (Only(file, "Uid") is not { } uid || Only(file, "Gid") is not { } gid)
            return false;
        owner = new ProcessOwner(uid, gid);
        return true;
    }

    /// <summary>A line has real, effective, saved and that of files.</summary>
    private static uint? Only(ReadOnlySpan<byte> file, string name)
    {
        if (NamedFields.Find(file, name)?.Split('\t') is not { Length: 4 } ids || ids[0] != ids[1] || ids[0] != ids[2])
            return null;
        return DecimalText.TryRead(ids[0], uint.MaxValue - 1, out var id) ? (uint)id : null;
    }
}
