using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Reading;

/// <summary>
/// <c>mcp-init read FILE</c>: prints the configuration to stdout, as <see cref="FileAnswer"/>. PID 1 runs it as a short child for a
/// reload and kills it if it takes too long: a file system may never answer. With <c>--pid</c> it reads a pidfile, as
/// <see cref="PidFile"/>; with <c>--space</c> and paths, how full their disks are, as <see cref="SpaceOfPaths"/>.
/// </summary>
internal static class ReadVerb
{
    /// <returns>0; 1 if the answer cannot be written; 100 if the arguments are wrong.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        if (args is ["--pid", var pidFile])
            return PidFile.Tell(pidFile);
        if (args is ["--space", _, ..])
            return SpaceOfPaths.Tell(args[1..]);
        if (args is not [var path])
            return ExitCodes.Configuration;
        var problem = SettledFile.Read(path, ConfigReader.MostRead, out var bytes);
        return FileAnswer.Tell(1, problem is not null, problem is null ? bytes : Encoding.UTF8.GetBytes(problem))
            ? ExitCodes.Success
            : ExitCodes.Failure;
    }
}
