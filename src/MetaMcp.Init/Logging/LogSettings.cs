using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Output;
using Microsoft.Extensions.Logging;

namespace MetaMcp.Init.Logging;

/// <summary>How the init shows its own log.</summary>
/// <param name="Format">Text or JSON.</param>
/// <param name="Minimum">Messages below this level are not logged.</param>
/// <param name="NameWidth">The length of the longest name in front of a line, so that the texts stand in one column.</param>
internal sealed record LogSettings(LogFormat Format, LogLevel Minimum, int NameWidth)
{
    /// <summary>In force until the file has been read.</summary>
    public static LogSettings Default { get; } = new(LogFormat.Text, LogLevel.Information, LineFormat.OwnName.Length);

    public static LogLevel LevelOf(LogLevelSetting setting) => setting switch
    {
        LogLevelSetting.Debug => LogLevel.Debug,
        LogLevelSetting.Warning => LogLevel.Warning,
        LogLevelSetting.Error => LogLevel.Error,
        LogLevelSetting.Info or _ => LogLevel.Information,
    };
}
