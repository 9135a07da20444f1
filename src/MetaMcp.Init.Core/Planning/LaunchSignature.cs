using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Exec;

namespace MetaMcp.Init.Core.Planning;

/// <summary>The settings that a process is started with and cannot be given later: a difference in them requires a restart.</summary>
public static class LaunchSignature
{
    /// <summary>
    /// The text of an environment_file is read at each start and not compared. Whether there is a probe decides how a service becomes
    /// ready, so it is compared; the probe's target and interval are not.
    /// </summary>
    public static bool AreSame(ServiceSettings one, ServiceSettings other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return HaveSameAttributes(one, other) && BecomeReadyAlike(one, other) && HaveSameStreams(one, other) &&
            HaveSameEnvironment(one, other);
    }

    private static bool HaveSameAttributes(ServiceSettings one, ServiceSettings other) =>
        one.Limits == other.Limits && AreSame(Words(one), Words(other));

    private static bool BecomeReadyAlike(ServiceSettings one, ServiceSettings other) =>
        (one.Type, one.IsForking, one.PidFile, one.Ready, one.NotifyFd, one.Watchdog, one.Probe is null) ==
        (other.Type, other.IsForking, other.PidFile, other.Ready, other.NotifyFd, other.Watchdog, other.Probe is null);

    private static bool HaveSameStreams(ServiceSettings one, ServiceSettings other) =>
        one.Log == other.Log && one.Stdin == other.Stdin && one.LogRateLimit == other.LogRateLimit;

    private static bool HaveSameEnvironment(ServiceSettings one, ServiceSettings other) =>
        one.ClearEnvironment == other.ClearEnvironment && one.EnvironmentFile == other.EnvironmentFile &&
        AreSame(one.Environment, other.Environment);

    internal static bool AreSame(ImmutableSortedDictionary<string, string> one, ImmutableSortedDictionary<string, string> other)
    {
        if (one.Count != other.Count)
            return false;
        foreach (var (name, value) in one)
            if (!other.TryGetValue(name, out var otherValue) || value != otherValue)
                return false;
        return true;
    }

    private static bool AreSame(string[] one, string[] other)
    {
        if (one.Length != other.Length)
            return false;
        for (var at = 0; at < one.Length; at++)
            if (one[at] != other[at])
                return false;
        return true;
    }

    /// <summary>The attributes and the command, in the form that the second stage gets.</summary>
    private static string[] Words(ServiceSettings settings) =>
        [.. ExecArguments.Encode(new ExecRequest { Attributes = settings.Attributes, Command = settings.Command })];
}
