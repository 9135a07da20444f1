using System.Text;
using MetaMcp.Init.Core.Packages;

namespace MetaMcp.Init.Core.Unwrapping;

/// <summary>
/// Finds the program that npx or uvx would start. Three processes become one, and a second is saved; but only if nothing is unclear, since
/// another program than theirs would be worse than theirs.
/// </summary>
public static class Unwrapper
{
    /// <returns>Null if the command is neither npx nor uvx: then there is nothing to unwrap, and nothing to say about it.</returns>
    public static UnwrapResult? Resolve(UnwrapRequest request, FileFacts files)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(files);
        if (request.Command.Length == 0)
            return null;
        return RunnerCommand.NameOf(request.Command[0]) switch
        {
            "npx" => NpxUnwrap.Resolve(request, files),
            "uvx" => UvxUnwrap.Resolve(request, files),
            _ => null,
        };
    }

    /// <summary>The name of npm's directory for a package: the first 16 digits of the SHA-512 of what npx was given.</summary>
    public static string DirectoryOf(string spec) => Convert.ToHexStringLower(Sha512.Of(Encoding.UTF8.GetBytes(spec)).AsSpan(0, 8));
}
