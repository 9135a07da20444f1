using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;

namespace MetaMcp.Init.ConfigFiles;

/// <summary>Makes a plan from a configuration file and the variables that override it.</summary>
internal static class ConfigFile
{
    /// <summary>
    /// A file that cannot be read gives a diagnostic with the file's name alone. Waits for as long as its file system takes.
    /// </summary>
    public static PlanResult Plan(string path)
    {
        var error = WholeFile.Read(path, 0, ConfigReader.MostRead, out var bytes);
        return error.IsSuccess
            ? Plan(path, bytes)
            : new PlanResult(null, [new Diagnostic(Severity.Error, new SourcePosition(path, 0, 0), error.Message)]);
    }

    /// <param name="path">The path as diagnostics show it.</param>
    /// <param name="bytes">The contents of the file.</param>
    public static PlanResult Plan(string path, ReadOnlyMemory<byte> bytes) =>
        Core.Planning.Plan.Of(ConfigReader.Read(path, bytes, StartArguments.Variables(Overrides.Prefix)));
}
