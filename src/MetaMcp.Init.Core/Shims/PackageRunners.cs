namespace MetaMcp.Init.Core.Shims;

/// <summary>Programs that may install a package before they start it, so that the server proper comes later than its process.</summary>
public static class PackageRunners
{
    private static readonly string[] Names = ["npx", "npm", "pnpm", "yarn", "uvx", "uv", "bunx"];

    /// <param name="program">The base name of the command.</param>
    public static bool Has(string program) => Array.IndexOf(Names, program) >= 0;
}
