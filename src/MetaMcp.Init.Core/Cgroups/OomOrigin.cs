namespace MetaMcp.Init.Core.Cgroups;

/// <summary>The limit that was reached.</summary>
public enum OomOrigin
{
    /// <summary>The service's <c>memory_max</c>.</summary>
    Own,

    /// <summary>A limit that the service set on a cgroup that it made itself.</summary>
    Nested,

    /// <summary><c>memory</c> of <c>[limits]</c>.</summary>
    Workload,

    /// <summary>The container's limit: <c>docker run --memory</c>.</summary>
    Container,

    /// <summary>None within the container: the machine's, or a limit above the container.</summary>
    Outside,
}
