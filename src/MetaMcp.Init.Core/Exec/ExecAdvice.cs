using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Exec;

/// <summary>The advice for a failed step: the last part of its sentence, if there is any.</summary>
internal static class ExecAdvice
{
    private const string ChangeIds =
        "only root, or a process with CAP_SETUID and CAP_SETGID, can change user and groups; run the container as root and " +
        "let the program drop to its user, or leave the user out";

    private const int EROFS = 30;

    private const string NotMapped =
        "this id does not exist in the container's user namespace; choose one inside its range (/proc/self/uid_map, gid_map)";

    public static string? For(ExecFailure failure) => (failure.Step, failure.Errno.Number) switch
    {
        (ExecStep.Arguments, _) => null,
        (ExecStep.ErrorDescriptor, _) => "--error-fd names a descriptor that is open for writing",
        (ExecStep.Cgroup, Errno.ENOENT) => "there is no such cgroup; make it with mkdir below a mounted cgroup2 file system",
        (ExecStep.Cgroup, Errno.EACCES or Errno.EPERM or EROFS) =>
            "the cgroup file system must be writable (docker run --security-opt writable-cgroups=true), and the cgroup ours",
        (ExecStep.Cgroup, Errno.EOPNOTSUPP) => "a threaded cgroup, or one below it, takes no processes",
        (ExecStep.Cgroup, Errno.EBUSY) => "a cgroup that gives controllers to its children takes no processes of its own",
        (ExecStep.EnvironmentFile, Errno.ENOENT) => "put a '-' in front of the path if the file may be missing",
        (ExecStep.User, 0) => "name a user of /etc/passwd, or give a numeric uid",
        (ExecStep.Group, 0) => "name a group of /etc/group, or give a numeric gid",
        (ExecStep.OomScoreAdjust, Errno.EACCES or Errno.EPERM) =>
            "going below the score the container started with needs CAP_SYS_RESOURCE (docker run --oom-score-adj sets that start)",
        (ExecStep.OomScoreAdjust, Errno.ENOENT) => "/proc is not mounted",
        (ExecStep.ResourceLimit, Errno.EPERM) =>
            "raising a hard limit needs CAP_SYS_RESOURCE; give the container the higher limit (docker run --ulimit)",
        (ExecStep.Nice, Errno.EACCES or Errno.EPERM) => "a lower nice value needs CAP_SYS_NICE (docker run --cap-add SYS_NICE)",
        (ExecStep.BoundingSet, Errno.EPERM) =>
            "dropping from the bounding set needs CAP_SETPCAP; with no_new_privileges it can be done without",
        (ExecStep.SetGroups or ExecStep.SetGid or ExecStep.SetUid, Errno.EPERM) => ChangeIds,
        (ExecStep.SetGroups or ExecStep.SetGid or ExecStep.SetUid, Errno.EINVAL) => NotMapped,
        (ExecStep.Capabilities, Errno.EPERM) =>
            "only what the container has can be kept; give it the capability (docker run --cap-add)",
        (ExecStep.AmbientSet, Errno.EPERM) => "the kernel's securebits forbid ambient capabilities here",
        (ExecStep.WorkingDirectory, Errno.ENOENT) => "the directory must exist before the start",
        (ExecStep.WorkingDirectory, Errno.EACCES) => "it is entered as the new user, who may not",
        (ExecStep.Descriptors, Errno.EBADF) => "a descriptor that is to be kept is not open",
        (ExecStep.Execute, Errno.ENOENT) when failure.Detail.Contains(' ', StringComparison.Ordinal) =>
            "no program has that name, spaces included; write each argument as a string of its own: [\"echo\", \"hello\"]",
        (ExecStep.Execute, Errno.ENOENT) when failure.Detail.Contains('/', StringComparison.Ordinal) =>
            "there is no such file (or it may not be read, and the interpreter its first line or its ELF header names is not there)",
        (ExecStep.Execute, Errno.ENOENT) => "it is in no directory of the PATH the command is given",
        (ExecStep.Interpreter, _) when failure.Detail.Contains("? of ", StringComparison.Ordinal) =>
            "the first line of the script names it and ends in a carriage return; save the script with Unix line endings",
        (ExecStep.Interpreter, _) => "the first line of the script names it; install it, or name one that is there",
        (ExecStep.Loader, _) =>
            "the program is linked against a C library that is not in this image (glibc's on Alpine, musl's elsewhere); take one built " +
            "for this image, or a static one",
        (ExecStep.Execute, Errno.EACCES) =>
            "the file is not executable for this user, a directory on the way is closed to it, or its file system is mounted noexec",
        (ExecStep.Execute, Errno.ENOEXEC) =>
            "neither a program for this processor nor a script with a #! line, and no shell is tried; name its interpreter in the command",
        (ExecStep.Execute, Errno.EAGAIN) => "the user has more processes than its nproc limit allows",
        _ => null,
    };
}
