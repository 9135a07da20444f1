using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Spawning;

/// <summary>
/// Starts our own binary, as the second stage or as a helper: in a session of its own, with our environment (some variables replaced)
/// and the oom_score_adj that mcp-init was given.
/// </summary>
internal static unsafe class ChildProgram
{
    /// <param name="arguments">The first is the name of the child.</param>
    /// <param name="set">Variables that are added to our own environment, or replace its values.</param>
    /// <param name="mappings">The descriptors that the child finds open.</param>
    /// <param name="pid">The pid of the child, if it was started.</param>
    /// <param name="program">Another path, for tests.</param>
    public static Errno Start(
        ImmutableArray<string> arguments, ImmutableSortedDictionary<string, string> set,
        ReadOnlySpan<DescriptorMapping> mappings, out int pid, string? program = null)
    {
        using var path = new NativeStrings([program ?? SelfExecutable.Path]);
        using var words = new NativeStrings(arguments.AsSpan());
        using var environment = new EnvironmentBlock(set);
        using var score = OomScore.Original();
        return Spawner.Spawn(
            new SpawnRequest
            {
                Path = path.Pointer[0],
                Arguments = words.Pointer,
                Environment = environment.Pointer,
                Group = SpawnGroup.Session,
                Descriptors = mappings,
            },
            out pid);
    }
}
