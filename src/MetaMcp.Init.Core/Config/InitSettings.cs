using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

public enum LogFormat { Text, Json }

public enum LogLevelSetting { Debug, Info, Warning, Error }

public enum OrphanPolicy { Terminate, Report, Adopt }

public enum ExitRule { RequiredFails, AnyExits, AllExit }

public sealed record InitSettings
{
    public LogFormat LogFormat { get; init; } = LogFormat.Text;
    public LogLevelSetting LogLevel { get; init; } = LogLevelSetting.Info;

    /// <summary>In front of each line of text; JSON has its own.</summary>
    public LogTime LogTime { get; init; } = LogTime.None;

    public const string DefaultRuntimeDirectory = "/run/mcp-init";

    public string RuntimeDirectory { get; init; } = DefaultRuntimeDirectory;
    /// <summary>The group whose members have full rights at the control socket, by name or number; null for none.</summary>
    public string? ControlGroup { get; init; }

    public OrphanPolicy Orphans { get; init; } = OrphanPolicy.Terminate;
    public TimeSpan OrphanGrace { get; init; } = TimeSpan.FromSeconds(10);
    public ExitRule ExitWhen { get; init; } = ExitRule.RequiredFails;
}
