using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Filesystem;

/// <summary>Symbolic links, names and permissions of files. No method throws: the kernel's error is the result.</summary>
internal static unsafe class FileLinks
{
    private const int MostBytes = 4096;
    private const int ExecutableByAll = 0x49;
    private const int ExecutableByOthers = 0x1;

    /// <summary>The target as it is written in the link; null if there is no link.</summary>
    public static string? Target(string path)
    {
        var buffer = stackalloc byte[MostBytes];
        fixed (byte* name = PathText.Terminated(path, stackalloc byte[512]))
            return readlink(name, buffer, MostBytes) is > 0 and var length
                ? PathText.From(new ReadOnlySpan<byte>(buffer, (int)length)) : null;
    }

    /// <summary>The path without links in it; null if there is no such file, or no /proc.</summary>
    public static string? Real(string path)
    {
        var descriptor = KernelFile.Open(path, O_PATH);
        if (descriptor < 0)
            return null;
        var real = Target($"/proc/self/fd/{descriptor}");
        _ = close(descriptor);
        return real;
    }

    public static Errno Link(string target, string path)
    {
        fixed (byte* to = PathText.Terminated(target, stackalloc byte[512]))
        fixed (byte* name = PathText.Terminated(path, stackalloc byte[512]))
            return symlink(to, name) == 0 ? Errno.None : LastError;
    }

    /// <summary>Replaces what has the name already, at once, so that the name is never missing.</summary>
    public static Errno Replace(string target, string path)
    {
        if (Target(path) == target)
            return Errno.None;
        var beside = path + ".new";
        _ = Remove(beside);
        var error = Link(target, beside);
        if (error.IsSuccess && !(error = Rename(beside, path)).IsSuccess)
            _ = Remove(beside);
        return error;
    }

    public static Errno Rename(string from, string to)
    {
        fixed (byte* before = PathText.Terminated(from, stackalloc byte[512]))
        fixed (byte* after = PathText.Terminated(to, stackalloc byte[512]))
            return rename(before, after) == 0 ? Errno.None : LastError;
    }

    public static Errno Remove(string path)
    {
        fixed (byte* name = PathText.Terminated(path, stackalloc byte[512]))
            return unlink(name) == 0 ? Errno.None : LastError;
    }

    /// <summary>What the path leads to, or with <paramref name="follow"/> false the link itself.</summary>
    public static bool TryLook(string path, out statx found, bool follow = true)
    {
        statx status;
        fixed (byte* name = PathText.Terminated(path, stackalloc byte[512]))
        {
            var isThere = get_statx(AT_FDCWD, name, follow ? 0 : AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status) == 0;
            found = isThere ? status : default;
            return isThere;
        }
    }

    /// <summary>A regular file that this process may execute.</summary>
    public static bool IsProgram(string path)
    {
        if (!TryLook(path, out var found) || (found.stx_mode & S_IFMT) != S_IFREG || (found.stx_mode & ExecutableByAll) == 0)
            return false;
        fixed (byte* name = PathText.Terminated(path, stackalloc byte[512]))
            return access(name, X_OK) == 0;
    }

    /// <summary>Whether every user may reach and execute the file, by the permissions of it and of the directories above it.</summary>
    public static bool IsForEveryone(string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
            if (!TryLook(path[..end], out var found) || (found.stx_mode & ExecutableByOthers) == 0)
                return false;
        return true;
    }
}
