using Microsoft.Extensions.Logging;

namespace MetaMcp.Init.Logging;

/// <summary>The levels by their names in the file.</summary>
internal static class LogLevels
{
    public static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error or LogLevel.Critical or LogLevel.None or _ => "error",
    };

    /// <summary>All names padded to one width.</summary>
    public static string Padded(LogLevel level) => level switch
    {
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        _ => Name(level),
    };
}
