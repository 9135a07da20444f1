using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Cgroups;

/// <summary>The reason why the kernel killed a process.</summary>
/// <param name="Origin">The limit that was reached.</param>
/// <param name="Limit">The limit as a clause: <c>its memory_max of 64MiB</c>.</param>
public sealed record OomCause(OomOrigin Origin, string Limit)
{
    /// <summary>For programs that read logs.</summary>
    public string Word => Origin switch
    {
        OomOrigin.Own => "own",
        OomOrigin.Nested => "nested",
        OomOrigin.Workload => "workload",
        OomOrigin.Container => "container",
        _ => "outside",
    };

    public static OomCause Of(OomOrigin origin, ByteSize? own, ByteSize? workload) => new(origin, origin switch
    {
        OomOrigin.Own when own is { } max => $"its memory_max of {max}",
        // Only the service itself can have set such a limit.
        OomOrigin.Own or OomOrigin.Nested => "a memory limit it gave itself",
        OomOrigin.Workload when workload is { } max => $"memory of [limits], {max}",
        OomOrigin.Container => "the container's memory limit",
        _ => "a memory limit outside of the container",
    });
}
