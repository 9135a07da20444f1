using MetaMcp.Init.Core.Services;

namespace MetaMcp.Init.Core.Launching;

/// <summary>The limits of the plan in force, compared with what runs.</summary>
internal sealed class PoolLimits(ServiceTable services, InstanceTable instances, Func<int> placesOfServices)
{
    public int MaxStarting => services.Plan.Settings.Launch.MaxStarting;

    /// <summary>The limit that is reached; null if there is a place.</summary>
    public LimitHit? HitOf(Instance asking)
    {
        var limits = services.Plan.Settings.Limits;
        var server = asking.Server;
        if ((server.MaxInstances ?? limits.MaxPerType) is { } most && instances.Counts.OfType(server.Name) >= most)
            return new LimitHit.OfType(server.Name, most, server.MaxInstances is not null);
        return limits.MaxInstances is { } all && placesOfServices() + instances.Counts.Placed >= all ? new LimitHit.OfAll(all) : null;
    }

    /// <summary>
    /// Why the launch can become no server: a name without a table and without a command. Null if it can; where there is a table, the shim
    /// says what is missing there.
    /// </summary>
    public string? WhyNoCommand(Instance asking)
    {
        var name = asking.Server.Name;
        if (asking.Request.Program.Length > 0 || !asking.Server.Command.IsEmpty)
            return null;
        if (services.Plan.Settings.FindServer(name) is not null)
            return null;
        return $"The configuration has no [server.{name}], and no command was given.{asking.Nearly} Write that table with a command, " +
            $"or give one here (mcp-init launch {name} -- CMD).";
    }
}
