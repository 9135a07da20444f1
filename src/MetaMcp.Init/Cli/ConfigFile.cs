using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;

namespace MetaMcp.Init.Cli;

/// <summary>A configuration from its file, and the variables that stand above it, to a plan.</summary>
internal static class ConfigFile
{
    /// <summary>What cannot be read is a diagnostic too, with the file's name alone. Waits for as long as its file system takes.</summary>
    public static PlanResult Plan(string path)
    {
        var error = WholeFile.Read(path, 0, ConfigReader.MostRead, out var bytes);
        return error.IsSuccess
            ? Plan(path, bytes)
            : new PlanResult(null, [new Diagnostic(Severity.Error, new SourcePosition(path, 0, 0), error.Message)]);
    }

    /// <param name="path">As diagnostics show it.</param>
    /// <param name="bytes">What is in it.</param>
    public static PlanResult Plan(string path, ReadOnlyMemory<byte> bytes) =>
        Core.Planning.Plan.Read(path, bytes, StartArguments.Variables(Overrides.Prefix));
}
