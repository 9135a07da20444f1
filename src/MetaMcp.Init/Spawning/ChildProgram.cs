using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Spawning;

/// <summary>
/// Starts our own binary, as the second stage or as a helper, in a session of its own with our environment, some of it set anew, and the
/// oom_score_adj that we were given.
/// </summary>
internal static unsafe class ChildProgram
{
    /// <param name="arguments">The first is its name.</param>
    /// <param name="set">Variables beside those of ours, or in their place.</param>
    /// <param name="mappings">What it finds open.</param>
    /// <param name="pid">Where it was started.</param>
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
