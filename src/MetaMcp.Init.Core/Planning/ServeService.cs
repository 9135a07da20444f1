using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Planning;

/// <summary>
/// <c>[serve]</c> as a service of mcp-init's own: it is supervised as those of the file are, but no end of the container, and no word about
/// the services of the file, goes by it.
/// </summary>
public static class ServeService
{
    /// <summary>The place of the program; where a run starts, our own executable is put in its place.</summary>
    public const string Ourselves = "/proc/self/exe";

    /// <summary>No account needs to have it.</summary>
    private const string Nobody = "65534";

    /// <summary>A server at rest has 7 MB.</summary>
    private static readonly ByteSize Memory = new(32 << 20);

    private const int Tasks = 16;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    /// <param name="settings">Those of the file.</param>
    /// <param name="mayChangeUser">mcp-init may start processes of other users.</param>
    /// <returns>Null if the file asks for no server.</returns>
    public static ServiceSettings? Of(Settings settings, bool mayChangeUser)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Serve.Listen is not { } address)
            return null;
        var attributes = settings.Serve.Attributes with { NoNewPrivileges = true };
        // A user that the file names is a request: without the right to it, the start fails and says so.
        if (attributes.User is null && mayChangeUser)
            attributes = attributes with { User = Nobody, Group = Nobody, SupplementaryGroups = [] };
        return new ServiceSettings
        {
            Name = ServeSettings.ServiceName,
            Command = [Ourselves, "serve", "--listen", $"{address}", .. settings.Serve.Hosts.SelectMany(h => new[] { "--host", h })],
            Restart = settings.Restart with { Policy = RestartPolicy.Always, MaxRestarts = null },
            StopTimeout = StopTimeout,
            Attributes = attributes,
            // Variables of a container are often secrets, and none has a meaning for it.
            ClearEnvironment = true,
            Limits = settings.LifecycleEnabled ? new CgroupLimits { MemoryMax = Memory, TasksMax = Tasks } : new CgroupLimits(),
        };
    }
}
