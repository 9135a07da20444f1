namespace MetaMcp.Init.Core.Exec;

/// <summary>The steps of the second stage, in their order; a failure names the one that was refused.</summary>
public enum ExecStep
{
    Arguments,
    ErrorDescriptor,
    Cgroup,
    EnvironmentFile,
    User,
    Group,
    OomScoreAdjust,
    OwnSocket,
    ResourceLimit,
    Nice,
    BoundingSet,
    SetGroups,
    SetGid,
    KeepCapabilities,
    SetUid,
    Capabilities,
    AmbientSet,
    WorkingDirectory,
    NoNewPrivileges,
    Verify,
    Descriptors,
    Execute,

    /// <summary>A case of <see cref="Execute"/>: the interpreter in the first line of a script does not exist.</summary>
    Interpreter,

    /// <summary>A case of <see cref="Execute"/>: the dynamic loader in the program's header does not exist.</summary>
    Loader,
}

/// <summary>The name of each step in messages and in records.</summary>
public static class ExecSteps
{
    // Indexed by the enumeration's numbers.
    private static readonly string[] Names =
    [
        "arguments", "error-fd", "cgroup", "env-file", "user", "group", "oom_score_adj", "own-socket", "rlimit", "nice", "bounding-set",
        "setgroups", "setgid", "keepcaps", "setuid", "capabilities", "ambient-set", "chdir", "no_new_privs", "verify",
        "descriptors", "exec", "interpreter", "loader",
    ];

    public static string Name(this ExecStep step) => Names[(int)step];

    public static bool TryFind(ReadOnlySpan<char> name, out ExecStep step)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            if (!name.SequenceEqual(Names[i]))
                continue;
            step = (ExecStep)i;
            return true;
        }
        step = default;
        return false;
    }
}
