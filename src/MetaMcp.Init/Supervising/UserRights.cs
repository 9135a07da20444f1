using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Exec;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Supervising;

/// <summary>Whether mcp-init can start a process as nobody.</summary>
internal static class UserRights
{
    private const uint Nobody = 65534;

    /// <summary>
    /// The second stage needs both capabilities, and in a user namespace the id has to exist; without any of them <c>serve</c> runs as the
    /// user that mcp-init is.
    /// </summary>
    public static bool MayChange { get; } = Find();

    private static bool Find()
    {
        var needed = CapabilitySets.Mask(["setuid", "setgid"]);
        return CapabilitySets.Get(out var sets).IsSuccess && (sets.Effective & needed) == needed && Has("uid_map") && Has("gid_map");
    }

    /// <summary>A kernel without user namespaces has no such file, and every id.</summary>
    private static bool Has(string file) =>
        KernelFile.ReadAll($"/proc/self/{file}") is not { Length: > 0 } map || IdMap.Has(IdMap.Read(map), Nobody);
}
