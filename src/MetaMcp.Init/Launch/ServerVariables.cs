using System.Collections.Immutable;
using MetaMcp.Init.Connecting;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Shims;
using MetaMcp.Init.Intercept;
using MetaMcp.Init.Spawning;

namespace MetaMcp.Init.Launch;

/// <summary>The variables of a server that differ from those of its client.</summary>
internal static class ServerVariables
{
    private const string Path = "PATH";

    /// <summary>Those of the grant, the id of the instance, and a PATH without our shims.</summary>
    public static ImmutableSortedDictionary<string, string> Of(LaunchGrant grant)
    {
        var variables = grant.Environment.SetItem(InstanceCookie.Variable, grant.Instance);
        return PathWithoutShims(variables.GetValueOrDefault(Path)) is { } path ? variables.SetItem(Path, path) : variables;
    }

    /// <summary>
    /// The PATH in which the server finds the real <c>npx</c>, since it has its place already; null if ours may stay as it is.
    /// </summary>
    /// <param name="given">The PATH that it would have; null for our own.</param>
    public static string? PathWithoutShims(string? given = null)
    {
        if ((given ?? StartArguments.Variable(Path)) is not { } path)
            return null;
        // A PATH of the file may have directories in which our links took the place of the programs (intercept --install).
        var cleaned = given is null ? path : RealProgram.Without(path);
        return PathList.Without(cleaned, RuntimePaths.Shims) ?? (cleaned == path ? null : cleaned);
    }
}
