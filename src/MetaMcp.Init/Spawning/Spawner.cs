using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>
/// Starts processes by <c>posix_spawn</c>, which runs no managed code between fork and exec. The child begins with no signal blocked,
/// every disposition at its default, and the requested group or session.
/// </summary>
internal static unsafe class Spawner
{
    /// <summary>
    /// Starts our own binary, as the second stage or as a helper: in a session of its own, with our environment (some variables
    /// replaced) and the oom_score_adj that mcp-init was given.
    /// </summary>
    /// <param name="arguments">The first is the name of the child.</param>
    /// <param name="set">Variables that are added to our own environment, or replace its values.</param>
    /// <param name="mappings">The descriptors that the child finds open.</param>
    /// <param name="pid">The pid of the child, if it was started.</param>
    /// <param name="program">Another path, for tests.</param>
    public static Errno SpawnOurselves(
        ImmutableArray<string> arguments, ImmutableSortedDictionary<string, string> set,
        ReadOnlySpan<DescriptorMapping> mappings, out int pid, string? program = null)
    {
        using var path = new NativeStrings([program ?? SelfExecutable.Path]);
        using var words = new NativeStrings(arguments.AsSpan());
        using var environment = new EnvironmentBlock(set);
        using var score = OomScore.Original();
        return Spawn(
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

    /// <summary>Success and a pid, or the error of fork, of exec, or of a step between them.</summary>
    public static Errno Spawn(in SpawnRequest request, out int pid)
    {
        pid = 0;
        posix_spawnattr_t attributes;
        posix_spawn_file_actions_t actions;
        if (posix_spawnattr_init(&attributes) is var attributeError and not 0)
            return new Errno(attributeError);
        if (posix_spawn_file_actions_init(&actions) is var actionError and not 0)
        {
            _ = posix_spawnattr_destroy(&attributes);
            return new Errno(actionError);
        }

        var moved = new List<int>();
        try
        {
            var error = Describe(request, &attributes);
            if (error == 0 && request.Group == SpawnGroup.OwnInForeground)
                error = posix_spawn_file_actions_addtcsetpgrp_np(&actions, 0);
            foreach (var mapping in request.Descriptors)
            {
                if (error != 0)
                    break;
                if (Keep(mapping, request.Descriptors, moved, out var source) is { IsSuccess: false } refused)
                    return refused;
                error = posix_spawn_file_actions_adddup2(&actions, source, mapping.Childs);
            }
            if (error != 0)
                return new Errno(error);
            int child;
            error = request.SearchPath
                ? posix_spawnp(&child, request.Path, &actions, &attributes, request.Arguments, request.Environment)
                : posix_spawn(&child, request.Path, &actions, &attributes, request.Arguments, request.Environment);
            if (error == 0)
                pid = child;
            return new Errno(error);
        }
        finally
        {
            foreach (var descriptor in moved)
                _ = close(descriptor);
            _ = posix_spawn_file_actions_destroy(&actions);
            _ = posix_spawnattr_destroy(&attributes);
        }
    }

    /// <summary>
    /// If another mapping gives the number of this source to the child, the source would be overwritten before its own turn. Such a
    /// source is duplicated to a number that no mapping gives.
    /// </summary>
    /// <param name="mapping">The mapping of the source.</param>
    /// <param name="all">All mappings.</param>
    /// <param name="moved">Gets the duplicates, which are to be closed after the spawn.</param>
    /// <param name="source">The source, or its duplicate.</param>
    private static Errno Keep(DescriptorMapping mapping, ReadOnlySpan<DescriptorMapping> all, List<int> moved, out int source)
    {
        source = mapping.Ours;
        while (source != mapping.Childs && IsGiven(source, all))
        {
            // The numbers rise: each duplicate on the way stays open until the spawn, so no number comes twice.
            source = fcntl(source, F_DUPFD_CLOEXEC, source + 1);
            if (source < 0)
                return LastError;
            moved.Add(source);
        }
        return Errno.None;
    }

    private static bool IsGiven(int number, ReadOnlySpan<DescriptorMapping> all)
    {
        foreach (var mapping in all)
            if (mapping.Childs == number)
                return true;
        return false;
    }

    private static int Describe(in SpawnRequest request, posix_spawnattr_t* attributes)
    {
        sigset_t none = default;
        sigset_t reset = default;
        reset.__val[0] = ~request.StayIgnored;
        var group = request.Group switch
        {
            SpawnGroup.Session => POSIX_SPAWN_SETSID,
            SpawnGroup.Ours => (short)0,
            _ => POSIX_SPAWN_SETPGROUP,
        };
        var error = posix_spawnattr_setflags(attributes, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
        if (error == 0)
            error = posix_spawnattr_setsigmask(attributes, &none);
        if (error == 0)
            error = posix_spawnattr_setsigdefault(attributes, &reset);
        return error == 0 && group == POSIX_SPAWN_SETPGROUP ? posix_spawnattr_setpgroup(attributes, 0) : error;
    }
}
