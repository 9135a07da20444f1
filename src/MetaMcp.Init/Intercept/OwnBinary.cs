using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;

namespace MetaMcp.Init.Intercept;

/// <summary>Our own program file, and the other files that are it under another name.</summary>
internal static class OwnBinary
{
    /// <summary>The name of the binary, which a copy of it keeps.</summary>
    public const string FileName = "mcp-init";

    /// <summary>The path that the kernel gives for it; null without /proc, or if the file has been replaced.</summary>
    public static string? Path => FileLinks.Target(SelfExecutable.Path) is { } path && KernelFile.Exists(path) ? path : null;

    /// <summary>
    /// A link to our file, or a copy of it (another mcp-init beside ours, which would go on to launch as we do). No variable decides: a
    /// gateway passes on what it likes.
    /// </summary>
    public static bool Is(string path)
    {
        if (!FileLinks.TryLook(path, out var found))
            return false;
        if (FileLinks.TryLook(SelfExecutable.Path, out var own) && (own.stx_ino, own.stx_dev_major, own.stx_dev_minor) ==
            (found.stx_ino, found.stx_dev_major, found.stx_dev_minor))
            return true;
        return FileLinks.Real(path) is { } real && real[(real.LastIndexOf('/') + 1)..] == FileName;
    }
}
