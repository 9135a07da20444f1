namespace MetaMcp.Init.Core.Verbs;

/// <summary>The row of the second stage of every start, which people may use too.</summary>
internal static class ExecRow
{
    public static readonly VerbEntry Exec = new(
        "exec", VerbKind.Run, "exec [OPTIONS] -- CMD", "change this process's user, limits, …, then become CMD")
    {
        Lead = "change this process's user, limits and environment, then become CMD; the pid stays the same.",
        TakesCommand = true,
        Operands = [new("CMD", WordKind.Command) { Required = true }, new("ARG", WordKind.File) { Most = int.MaxValue }],
        Synopses = [new("exec [OPTIONS] [--] CMD [ARG…]")],
        Options =
        [
            new("--gate", "N", "first wait for a byte from this pipe; at its end, end"),
            new("--cgroup", "DIR", "join this cgroup (v2) first, or fail") { Kind = WordKind.Directory },
            new("--user", "NAME|UID[:GROUP]", "run as this user, with its groups, HOME, USER, LOGNAME and SHELL (not nologin or false)"),
            new("--group", "NAME|GID", "primary group instead of the user's own"),
            new("--groups", "A,B", "supplementary groups instead of those /etc/group gives; '' for none"),
            new("--cap-keep", "CAP,CAP", "keep these capabilities and no others; '' drops all"),
            new("--no-new-privileges", null, "set-uid programs and file capabilities give nothing"),
            new("--chdir", "DIR", "entered as the new user") { Kind = WordKind.Directory },
            new("--umask", "MASK", "octal: 0022"),
            new("--nice", "N", "-20 to 19"),
            new("--oom-score-adj", "N", "-1000 to 1000"),
            new("--soft-nofile", "N", "the soft limit of descriptors alone, up to the hard one"),
            new("--rlimit", "NAME=SOFT[:HARD]", "nofile=1024:4096, core=unlimited") { Repeatable = true },
            new("--clear-env", null, "start from an empty environment"),
            new("--env-file", "FILE", "KEY=VALUE lines; -FILE may be missing") { Kind = WordKind.File, Repeatable = true },
            new("--unsetenv", "KEY", "") { Repeatable = true },
            new("--setenv", "KEY=VALUE", "") { Repeatable = true },
            new("--keep-env", "KEY", "neither --user nor --env-file replaces it") { Repeatable = true },
            new("--path-first", "DIR", "DIR comes first in the PATH of CMD; CMD itself is not looked for in it")
            {
                Kind = WordKind.Directory,
            },
            new("--close-fds", null, "close all inherited descriptors but 0, 1, 2"),
            new("--keep-fd", "N", "and this one") { Repeatable = true },
            new("--own-socket", "FILE", "this becomes the user's") { Kind = WordKind.File },
            new("--own-output", null, "pipes on 1 and 2 become the user's, who can then open /dev/stdout"),
            new("--terminal", null, "stdin, a terminal of no other session, controls this one (setsid first)"),
            new("--ignored-signals", "SET", "ignored by CMD, as SigIgn of /proc/PID/status has them; else none is"),
            new("--blocked-signals", "SET", "the same for SigBlk"),
            new("--error-fd", "N", "report a failure there as a record, not on stderr"),
            new("--for", "NAME", "a failure on stderr names this launched server"),
        ],
        Exits =
        [
            new("CMD's own", ""),
            new("100", "the command line is wrong, or names a user or group that does not exist"),
            new("111", "the system refused"),
            new("126", "not executable"),
            new("127", "not found"),
        ],
    };
}
