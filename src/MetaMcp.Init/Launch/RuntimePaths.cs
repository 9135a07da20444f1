using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Spawning;

namespace MetaMcp.Init.Launch;

/// <summary>The files of our init, as far as a shim needs them.</summary>
internal static class RuntimePaths
{
    public static string Socket => $"{Directory}/{LaunchPaths.Socket}";

    public static string Shims => $"{Directory}/{LaunchPaths.Shims}";

    private static string Directory =>
        StartArguments.Variable(LaunchPaths.RuntimeVariable) is { Length: > 0 } given
            ? given.TrimEnd('/') : InitSettings.DefaultRuntimeDirectory;
}
