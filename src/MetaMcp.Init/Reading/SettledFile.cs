using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Reading;

/// <summary>
/// A file that no process is writing. Its contents count only if the file is unchanged a moment after the read: the same under its
/// name, the same length and the same times. The moment is for editors that empty a file and then write it: in between nothing about
/// the file changes.
/// </summary>
internal static unsafe class SettledFile
{
    public const string Unsettled = "it changes while it is read; write the new one beside it and rename that, then send SIGHUP again";

    /// <summary>A file that was renamed away and is about to be replaced is tried again as well.</summary>
    private const int Attempts = 5;

    /// <summary>A writer that pauses for longer in the middle cannot be told from one that has finished.</summary>
    public const int PauseMilliseconds = 100;

    /// <summary>Why it could not be read, or null.</summary>
    public static string? Read(string path, int most, out byte[] bytes)
    {
        string? problem;
        var attempt = 0;
        do
            problem = TryRead(path, most, out bytes);
        while (problem is not null && ++attempt < Attempts);
        return problem;
    }

    private static string? TryRead(string path, int most, out byte[] bytes)
    {
        bytes = [];
        // This waits for as long as the file system takes: PID 1, which started this child, has the deadline.
        var descriptor = KernelFile.Open(path);
        var error = descriptor < 0 ? LastError : Errno.None;
        statx before = default;
        statx after = default;
        if (error.IsSuccess)
            error = Look(descriptor, "", &before);
        if (error.IsSuccess)
            error = WholeFile.Read(descriptor, most, out bytes);
        _ = poll(null, 0, PauseMilliseconds);
        // The comparison is for regular files only: reading a pipe changes it.
        var isFile = (before.stx_mode & S_IFMT) == S_IFREG;
        var isSettled = true;
        if (error.IsSuccess && isFile)
        {
            isSettled = Look(descriptor, "", &after).IsSuccess && AreSame(before, after) &&
                Look(AT_FDCWD, path, &after).IsSuccess && AreSame(before, after);
        }
        if (descriptor >= 0)
            _ = close(descriptor);
        return !error.IsSuccess ? error.Message : isSettled ? null : Unsettled;
    }

    private static Errno Look(int descriptor, string path, statx* found)
    {
        Span<byte> buffer = stackalloc byte[512];
        fixed (byte* name = PathText.Terminated(path, buffer))
            return get_statx(descriptor, name, path.Length == 0 ? AT_EMPTY_PATH : 0, STATX_BASIC_STATS, found) == 0
                ? Errno.None
                : LastError;
    }

    private static bool AreSame(in statx one, in statx other) =>
        one.stx_ino == other.stx_ino && one.stx_size == other.stx_size &&
        AreSame(one.stx_mtime, other.stx_mtime) && AreSame(one.stx_ctime, other.stx_ctime);

    private static bool AreSame(in statx_timestamp one, in statx_timestamp other) =>
        one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}
