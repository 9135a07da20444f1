using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Reading;

/// <summary>
/// <c>mcp-init read FILE</c>: the configuration, as <see cref="FileAnswer"/> on stdout. PID 1 runs it as a short child for a reload and
/// kills it where it takes too long: a file system may never answer. With <c>--pid</c> it is a pidfile, as <see cref="PidFile"/>.
/// </summary>
internal static class ReadVerb
{
    /// <returns>0; 1 where nobody takes the answer; 100 where the arguments cannot be used.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        if (args is ["--pid", var pidFile])
            return PidFile.Tell(pidFile);
        if (args is not [var path])
            return ExitCodes.Configuration;
        var problem = SettledFile.Read(path, ConfigReader.MostRead, out var bytes);
        return FileAnswer.Tell(1, problem is not null, problem is null ? bytes : Encoding.UTF8.GetBytes(problem))
            ? ExitCodes.Success
            : ExitCodes.Failure;
    }
}
