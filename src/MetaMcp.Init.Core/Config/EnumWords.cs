using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Config;

/// <summary>The words of the file for each enum, in the enum's order: reading takes the index, writing gives the word.</summary>
public static class EnumWords
{
    public static ImmutableArray<string> LogFormat { get; } = ["text", "json"];
    public static ImmutableArray<string> LogLevel { get; } = ["debug", "info", "warning", "error"];
    public static ImmutableArray<string> LogTime { get; } = ["none", "utc", "elapsed"];
    public static ImmutableArray<string> OrphanPolicy { get; } = ["terminate", "report", "adopt"];
    public static ImmutableArray<string> ExitRule { get; } = ["required-fails", "any-exits", "all-exit"];
    public static ImmutableArray<string> Enforcement { get; } = ["require", "prefer", "off"];
    public static ImmutableArray<string> RestartPolicy { get; } = ["always", "on-failure", "never"];
    public static ImmutableArray<string> ServiceType { get; } = ["daemon", "oneshot", "forking"];

    /// <summary>Its place there; in the settings it is a daemon with a flag.</summary>
    public const int Forking = 2;

    /// <summary>The word for the type of a service.</summary>
    public static string TypeOf(ServiceSettings service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return ServiceType[service.IsForking ? Forking : (int)service.Type];
    }

    public static ImmutableArray<string> ReadyRule { get; } = ["started", "probe", "notify-fd", "sd-notify"];
    public static ImmutableArray<string> OutputMode { get; } = ["prefix", "inherit", "json", "none"];
    public static ImmutableArray<string> StdinMode { get; } = ["null", "inherit"];
    public static ImmutableArray<string> LimitAction { get; } = ["refuse", "wait", "replace-idle", "replace-oldest"];
    public static ImmutableArray<string> ShimMode { get; } = ["guard", "exec"];
    public static ImmutableArray<string> UnknownServers { get; } = ["allow", "refuse"];
}
