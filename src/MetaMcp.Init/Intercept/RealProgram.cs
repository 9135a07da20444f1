using MetaMcp.Init.Core.Packages;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Intercept;

/// <summary>
/// The program behind a name that leads to us: the original that <c>intercept --install</c> put aside, else the next one in PATH that
/// is not us.
/// </summary>
internal static class RealProgram
{
    /// <summary>
    /// Beside the links that <c>--install</c> makes: holds links to the originals under their own names, since a script or a program of
    /// many names goes by the name that it is called by.
    /// </summary>
    public const string Originals = "mcp-init-originals";

    /// <param name="name">npx or uvx.</param>
    /// <param name="calledAs">The path by which the kernel found us.</param>
    /// <param name="path">The directories of PATH, with colons between.</param>
    /// <returns>Null if there is none.</returns>
    public static string? Find(string name, string calledAs, string path)
    {
        if (calledAs.LastIndexOf('/') is > 0 and var slash && OriginalIn(calledAs[..slash], name) is { } beside)
            return beside;
        foreach (var directory in path.Split(':'))
        {
            var candidate = directory.Length == 0 ? name : $"{directory}/{name}";
            if (!FileLinks.IsProgram(candidate))
                continue;
            if (!OwnBinary.Is(candidate))
                return candidate.StartsWith('/') ? candidate : $"./{candidate}";
            if (OriginalIn(directory, name) is { } original)
                return original;
        }
        return null;
    }

    /// <summary>
    /// PATH for what is launched, which finds the real programs: directories that hold nothing but links to us are left out, and the
    /// originals come before the links that were installed in their place.
    /// </summary>
    public static string Without(string path)
    {
        var kept = new List<string>();
        foreach (var directory in path.Split(':'))
        {
            var isOurs = directory.Length > 0 && RunnerCommand.Runners.Any(name => OwnBinary.Is($"{directory}/{name}"));
            if (isOurs && RunnerCommand.Runners.Any(name => OriginalIn(directory, name) is not null))
                PutOnce($"{directory}/{Originals}", kept);
            else if (isOurs && HoldsOnlyUs(directory))
                continue;
            kept.Add(directory);
        }
        return string.Join(':', kept);
    }

    /// <summary>A PATH that was cleaned before, for the command around this one, has it already.</summary>
    private static void PutOnce(string directory, List<string> kept)
    {
        if (!kept.Contains(directory))
            kept.Add(directory);
    }

    public static string? OriginalIn(string directory, string name)
    {
        var original = $"{directory}/{Originals}/{name}";
        return FileLinks.IsProgram(original) && !OwnBinary.Is(original) ? original : null;
    }

    private static bool HoldsOnlyUs(string directory) =>
        DirectoryEntries.Names(directory) is { Count: > 0 } names && names.TrueForAll(name => OwnBinary.Is($"{directory}/{name}"));
}
