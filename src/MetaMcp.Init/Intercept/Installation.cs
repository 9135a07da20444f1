using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Intercept;

/// <summary>
/// Links to us in the place of npx and uvx themselves, for gateways that make a PATH of their own. Each original stays in its directory
/// under another name, so that what lies beside it is still beside it, and is found by its own name in <see
/// cref="RealProgram.Originals"/>.
/// </summary>
/// <param name="own">The path of our binary, as the links are to name it.</param>
internal sealed class Installation(string own)
{
    /// <summary>Behind the name of an original that was put aside.</summary>
    private const string Aside = ".mcp-init-original";

    /// <summary>The directories of PATH, each once: some are links to others.</summary>
    public static List<string> Directories()
    {
        var seen = new HashSet<(ulong, uint, uint)>();
        var found = new List<string>();
        foreach (var directory in LinkAvoidance.Path.Split(':'))
            if (directory.StartsWith('/') && FileLinks.TryLook(directory, out var status) &&
                seen.Add((status.stx_ino, status.stx_dev_major, status.stx_dev_minor)))
                found.Add(directory.TrimEnd('/'));
        return found;
    }

    /// <summary>Puts the link in the place of the program.</summary>
    /// <returns>The line to print; null if the directory has no such program.</returns>
    public string? Install(string directory, string name, out bool isRefused)
    {
        isRefused = false;
        var (path, original) = ($"{directory}/{name}", $"{directory}/{RealProgram.Originals}/{name}");
        if (OwnBinary.Is(path))
        {
            if (RealProgram.OriginalIn(directory, name) is null)
                return null;
            isRefused = FileLinks.Replace(own, path) is { IsSuccess: false };
            return $"{path}: installed already; the original is {original}";
        }
        if (!FileLinks.IsProgram(path))
            return null;
        var error = KernelFile.MakeDirectory($"{directory}/{RealProgram.Originals}");
        if (error.IsSuccess || error.Number == Errno.EEXIST)
            error = FileLinks.Replace($"../{name}{Aside}", original);
        if (error.IsSuccess)
            error = FileLinks.Rename(path, path + Aside);
        if (error.IsSuccess && !(error = FileLinks.Replace(own, path)).IsSuccess)
            _ = FileLinks.Rename(path + Aside, path);
        isRefused = !error.IsSuccess;
        return isRefused ? $"{path}: {error}" : $"{path}: starts servers through mcp-init now; the original is {original}";
    }

    /// <summary>Puts the original back.</summary>
    /// <returns>The line to print; null if nothing is installed there.</returns>
    public static string? Uninstall(string directory, string name, out bool isRefused)
    {
        isRefused = false;
        var path = $"{directory}/{name}";
        if (!FileLinks.TryLook(path + Aside, out _, follow: false))
            return null;
        // A package manager may have put a new program there since. Only that is a reason to remove the original: our link may point to
        // a binary that was moved away.
        var isReplaced = FileLinks.IsProgram(path) && !OwnBinary.Is(path);
        var error = !isReplaced ? FileLinks.Rename(path + Aside, path) : FileLinks.Remove(path + Aside);
        _ = FileLinks.Remove($"{directory}/{RealProgram.Originals}/{name}");
        _ = KernelFile.RemoveDirectory($"{directory}/{RealProgram.Originals}");
        isRefused = !error.IsSuccess;
        return isRefused ? $"{path}: {error}" : $"{path}: the original again";
    }
}
