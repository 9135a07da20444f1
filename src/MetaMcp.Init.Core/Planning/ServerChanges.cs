using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Exec;

namespace MetaMcp.Init.Core.Planning;

/// <summary>
/// The [server.*] tables that differ between two files. A change touches nothing that runs, so the log has to say that it was read.
/// </summary>
public sealed class ServerChanges
{
    private ServerChanges(ImmutableArray<string> changed, ImmutableArray<string> added, ImmutableArray<string> removed) =>
        (Changed, Added, Removed) = (changed, added, removed);

    public ImmutableArray<string> Changed { get; }

    public ImmutableArray<string> Added { get; }

    public ImmutableArray<string> Removed { get; }

    public bool IsEmpty => Changed.IsEmpty && Added.IsEmpty && Removed.IsEmpty;

    public static ServerChanges Between(Settings before, Settings after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var old = new Dictionary<string, ServerSettings>(StringComparer.Ordinal);
        foreach (var server in before.Servers)
            old.Add(server.Name, server);
        var (changed, added) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>());
        foreach (var server in after.Servers)
        {
            if (!old.Remove(server.Name, out var earlier))
                added.Add(server.Name);
            else if (!AreSame(earlier, server))
                changed.Add(server.Name);
        }
        var removed = ImmutableArray.CreateBuilder<string>(old.Count);
        foreach (var server in before.Servers)
            if (old.ContainsKey(server.Name))
                removed.Add(server.Name);
        return new ServerChanges(changed.DrainToImmutable(), added.DrainToImmutable(), removed.DrainToImmutable());
    }

    /// <summary>Collections are compared by their items; a record would compare them by reference.</summary>
    private static bool AreSame(ServerSettings one, ServerSettings other) =>
        one == other with
        {
            Command = one.Command, Match = one.Match, Allow = one.Allow, Environment = one.Environment, Attributes = one.Attributes,
        } &&
        one.Match.AsSpan().SequenceEqual(other.Match.AsSpan()) && AreSame(one.Allow, other.Allow) &&
        LaunchSignature.AreSame(one.Environment, other.Environment) && Words(one).AsSpan().SequenceEqual(Words(other));

    private static bool AreSame(ImmutableArray<string>? one, ImmutableArray<string>? other) =>
        one is { } list && other is { } otherList ? list.AsSpan().SequenceEqual(otherList.AsSpan()) : one is null && other is null;

    private static string[] Words(ServerSettings server) =>
        [.. ExecArguments.Encode(new ExecRequest { Attributes = server.Attributes, Command = server.Command })];
}
