using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;

namespace MetaMcp.Init.Core.Launching;

/// <summary>Which client may launch which server.</summary>
internal sealed class LaunchRights(ServiceTable services, Registry registry, InstanceTable instances)
{
    /// <summary>The reason why the client may not launch the server; null if it may.</summary>
    /// <param name="asking">The launch.</param>
    /// <param name="isInFile">Whether the file has a table for the server.</param>
    public (RefusalCode Code, string Reason)? WhyNot(Instance asking, bool isInFile)
    {
        var (server, request) = (asking.Server, asking.Request);
        if (request.Run == 0 && !request.IsTrusted)
            return (RefusalCode.Forbidden, "Only root, and processes of a service or of a launched server, may launch servers here.");
        if (IsWithinItself(asking))
            return (RefusalCode.Invalid,
                $"It is launched from within an instance of {server.Name}: a server that launches itself would never end.");
        if (!IsAllowed(asking))
            return (RefusalCode.Forbidden, NotAllowed(asking));
        if (isInFile || services.Plan.Settings.Launch.Unknown != UnknownServers.Refuse)
            return null;
        return (RefusalCode.Unknown,
            $"The configuration has no [server.{server.Name}], and unknown of [launch] is \"refuse\".{asking.Nearly}");
    }

    /// <summary>
    /// Whether the client is a process of the same server, or of one that such a process launched: <c>command</c> of [server.NAME] may say
    /// <c>mcp-init launch NAME</c>.
    /// </summary>
    private bool IsWithinItself(Instance asking)
    {
        var run = asking.Request.Run;
        while (registry.Find(run)?.Owner is RunOwner.Launch(var id) && instances.Find(id) is { } around)
        {
            if (around.Server.Name == asking.Server.Name)
                return true;
            run = around.Request.Run;
        }
        return false;
    }

    /// <summary>
    /// Whether the server may be launched from the service, or from outside of the services: there by root and by our own user, from whom
    /// nothing is hidden.
    /// </summary>
    private static bool IsAllowed(Instance asking) => asking.Server.Allow is not { } allow ||
        (asking.Service is { } service ? allow.Contains(service) : asking.Request.IsTrusted);

    private static string NotAllowed(Instance asking) => asking.Service is { } service
        ? $"The service {service} may not launch it: add \"{service}\" to allow of [server.{asking.Server.Name}]."
        : $"Outside of the services, only root and the user of mcp-init may launch it: [server.{asking.Server.Name}] has allow.";
}
