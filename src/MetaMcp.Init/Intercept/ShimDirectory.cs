using System.Collections.Immutable;
using MetaMcp.Init.Core.Packages;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Intercept;

/// <summary>
/// The directory <c>shims</c> below <c>runtime_dir</c>, which comes first in the PATH of services: links to our own binary under the
/// names of <c>[launch] intercept</c>. PID 1 makes it, so runtime_dir has to be on a file system that always answers.
/// </summary>
internal sealed unsafe class ShimDirectory
{
    /// <summary><c>rwxr-xr-x</c></summary>
    private const uint Everybody = 0x1ED;

    /// <summary><c>rwx--x--x</c>, as of a directory of sockets.</summary>
    private const uint Passable = 0x1C9;

    private const int WritableByOthers = 0x12;

    private readonly string _runtimeDirectory;

    public ShimDirectory(string runtimeDirectory) =>
        (_runtimeDirectory, Path) = (runtimeDirectory, $"{runtimeDirectory}/shims");

    public string Path { get; }

    /// <summary>Makes the links for these names, and removes all others of ours.</summary>
    /// <returns>Null if every name is intercepted now; else the reason why none is.</returns>
    public string? Apply(ImmutableArray<string> names)
    {
        if (names.IsEmpty)
        {
            Remove([]);
            return null;
        }
        if (Make() is { IsSuccess: false } refused)
            return $"{Path}: {refused}";
        if (!IsOurs())
            return $"{Path} belongs to another user, or others may write to it";
        if (Place(out var target) is { } reason)
            return reason;
        foreach (var name in names)
            if (FileLinks.Replace(target, $"{Path}/{name}") is { IsSuccess: false } error)
                return $"{Path}/{name}: {error}";
        Remove(names);
        return FileLinks.IsProgram($"{Path}/{names[0]}") ? null : $"{Path}/{names[0]} cannot be executed there (a mount with noexec?)";
    }

    private Errno Make()
    {
        for (var slash = Path.IndexOf('/', 1); slash > 0; slash = Path.IndexOf('/', slash + 1))
            _ = MakeDirectory(Path[..slash], Path[..slash] == _runtimeDirectory ? Passable : Everybody);
        return MakeDirectory(Path, Everybody);
    }

    /// <summary>With these permissions whatever our umask is; one that exists keeps its own.</summary>
    private static Errno MakeDirectory(string path, uint mode)
    {
        var error = KernelFile.MakeDirectory(path);
        if (error.Number == Errno.EEXIST)
            return Errno.None;
        if (!error.IsSuccess)
            return error;
        var descriptor = KernelFile.Open(path);
        if (descriptor < 0)
            return LastError;
        error = fchmod(descriptor, mode) == 0 ? Errno.None : LastError;
        _ = close(descriptor);
        return error;
    }

    /// <summary>Whether no other user can put a program of their own in the place of a link.</summary>
    private bool IsOurs() => FileLinks.TryLook(Path, out var found, follow: false) && (found.stx_mode & S_IFMT) == S_IFDIR &&
        found.stx_uid == geteuid() && (found.stx_mode & WritableByOthers) == 0;

    /// <summary>
    /// Where the links lead to: our file, if the users of services can reach it, else a copy of it in the directory. The copy's name is
    /// one more program of the directory, and so is a link of that name to our file.
    /// </summary>
    private string? Place(out string target)
    {
        target = OwnBinary.FileName;
        var beside = $"{Path}/{OwnBinary.FileName}";
        if (OwnBinary.Path is { } own && FileLinks.IsForEveryone(own))
        {
            target = own;
            return FileLinks.Replace(own, beside) is { IsSuccess: false } refused ? $"{beside}: {refused}" : null;
        }
        return Copy(beside) is { IsSuccess: false } error ? $"{beside}: {error}" : null;
    }

    private static Errno Copy(string path)
    {
        var made = path + ".new";
        _ = FileLinks.Remove(made);
        var source = KernelFile.Open(SelfExecutable.Path);
        if (source < 0)
            return LastError;
        var copy = KernelFile.Open(made, O_WRONLY | O_CREAT | O_TRUNC);
        var error = copy < 0 ? LastError : Copy(source, copy);
        _ = close(source);
        if (copy >= 0)
            _ = close(copy);
        if (error.IsSuccess)
            error = FileLinks.Rename(made, path);
        if (!error.IsSuccess)
            _ = FileLinks.Remove(made);
        return error;
    }

    private static Errno Copy(int source, int copy)
    {
        const int Size = 64 * 1024;
        var buffer = stackalloc byte[Size];
        while (true)
        {
            var length = read(source, buffer, Size);
            if (length < 0)
                return LastError;
            if (length == 0)
                return fchmod(copy, Everybody) == 0 ? Errno.None : LastError;
            for (nint done = 0, written; done < length; done += written)
                if ((written = write(copy, buffer + done, (nuint)(length - done))) < 0)
                    return LastError;
        }
    }

    /// <summary>Removes our names except these, and without any the directory, unless it holds more.</summary>
    private void Remove(ImmutableArray<string> kept)
    {
        if (!IsOurs())
            return;
        foreach (var name in RunnerCommand.Runners)
            if (!kept.Contains(name))
                _ = FileLinks.Remove($"{Path}/{name}");
        if (!kept.IsEmpty)
            return;
        _ = FileLinks.Remove($"{Path}/{OwnBinary.FileName}");
        _ = KernelFile.RemoveDirectory(Path);
    }
}
