using System.Collections.Immutable;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens;

/// <summary>All that <c>status NAME</c> shows: the pieces come from PID 1 and, of its processes, from the asker.</summary>
/// <param name="Status">The rows; the figures of the name in them are those of all parts.</param>
/// <param name="Name">A service, a type of server, or one instance of it.</param>
public sealed record NamePage(StatusDocument Status, string Name)
{
    /// <summary>The processes of a service or of an instance.</summary>
    public ImmutableArray<ProcessLine> Processes { get; init; } = [];

    /// <summary>Its last events, in their order.</summary>
    public ImmutableArray<EventRow> Events { get; init; } = [];

    /// <summary>Its last lines, in their order.</summary>
    public ImmutableArray<LogRow> Log { get; init; } = [];
}
