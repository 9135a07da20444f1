using System.Runtime.InteropServices;
using System.Text;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Exec;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Doctor;

/// <summary>Finds the facts, and changes nothing: files are read, or the kernel is asked whether they may be written.</summary>
internal static unsafe class FactFinder
{
    /// <param name="runtimeDirectory">From the file, or the default.</param>
    public static Facts Find(string runtimeDirectory)
    {
        uint uid, gid, ignored;
        _ = getresuid(&ignored, &uid, &ignored);
        _ = getresgid(&ignored, &gid, &ignored);
        _ = CapabilitySets.Get(out var capabilities);
        var kernel = new utsname();
        _ = get_uname(&kernel);
        var hasProc = KernelFile.Exists("/proc/self/status");
        var memory = KernelFile.ReadAll("/proc/meminfo");
        rlimit files;
        return new Facts
        {
            Release = Text(kernel.release),
            Machine = Text(kernel.machine),
            Pid = getpid(),
            FirstProcess = Line("/proc/1/comm"),
            Uid = uid,
            Gid = gid,
            UserName = PasswdFile.FindByUid(KernelFile.ReadAll("/etc/passwd"), uid)?.Name,
            UidMap = UidMap(),
            HasOwnPidNamespace = Namespaces.IsOwn("pid", Namespaces.FirstPid),
            Containers = Containers(),
            NoNewPrivileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1,
            SeccompMode = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) is >= 0 and var mode ? mode : null,
            Calls = CallProbe.Ask(),
            Capabilities = capabilities.Effective,
            BoundingCapabilities = CapabilitySets.Bounding(),
            HardLimits = HardLimits(),
            OpenFiles = prlimit(0, RLIMIT_NOFILE, null, &files) == 0 ? files.rlim_cur : null,
            OomScoreAdjust = int.TryParse(Line("/proc/self/oom_score_adj"), out var score) ? score : null,
            Swap = NamedFields.Number(memory, "SwapTotal") is { } kibibytes and < long.MaxValue / 1024
                ? new ByteSize(kibibytes * 1024)
                : null,
            HasProc = hasProc,
            HidePid = hasProc ? HidePid() : null,
            Pressure = new PressureFacts(),
            RuntimeDirectory = Writable(runtimeDirectory),
            Cgroup = CgroupFinder.Find(),
        }.WithPressure();
    }

    /// <summary>The facts that explain a cgroup, and no others: PID 1 asks for them at a start.</summary>
    /// <param name="access">What the start has found.</param>
    public static Facts OfCgroup(CgroupAccess access)
    {
        // If they cannot be read, none is said to be missing.
        var held = CapabilitySets.Get(out var capabilities).IsSuccess ? capabilities.Effective : ulong.MaxValue;
        return new Facts { Uid = geteuid(), UidMap = UidMap(), Capabilities = held, Cgroup = CgroupFinder.Find(access) };
    }

    private static IdRange[]? UidMap() => KernelFile.ReadAll("/proc/self/uid_map") is { Length: > 0 } map ? IdMap.Read(map) : null;

    /// <summary>Whether the directory could be made and written to, judged by its nearest existing parent.</summary>
    internal static DirectoryFacts Writable(string path)
    {
        var nearest = path;
        while (nearest.Length > 1 && !KernelFile.Exists(nearest))
            nearest = nearest[..Math.Max(nearest.LastIndexOf('/'), 1)];
        return new DirectoryFacts { Path = path, Nearest = nearest, Access = MayWrite(nearest, W_OK | X_OK) };
    }

    /// <summary>The error that opening for writing would give, by <c>access</c>, which also reports a read-only mount.</summary>
    internal static Errno MayWrite(string path, int mode = W_OK)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
            return access(name, mode) == 0 ? Errno.None : LastError;
    }

    /// <summary>The first line of a small file; null if it cannot be read.</summary>
    internal static string? Line(string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        if (!KernelFile.Read(path, buffer, out var length).IsSuccess)
            return null;
        var end = buffer[..length].IndexOf((byte)'\n');
        return Encoding.UTF8.GetString(buffer[..(end < 0 ? length : end)]);
    }

    private static Facts WithPressure(this Facts facts)
    {
        const string OfMachine = "/proc/pressure/memory";
        var ofCgroup = facts.Cgroup.Directory is { } directory ? $"{directory}/memory.pressure" : null;
        // With PSI switched off the files exist, and reading them fails.
        return facts with
        {
            Pressure = new PressureFacts
            {
                OfMachine = Line(OfMachine) is not null,
                OfCgroup = ofCgroup is not null && Line(ofCgroup) is not null,
                IsWritable = MayWrite(OfMachine).IsSuccess || (ofCgroup is not null && MayWrite(ofCgroup).IsSuccess),
            },
        };
    }

    /// <summary>As <see cref="Facts.HidePid"/>.</summary>
    public static string? HidePid()
    {
        foreach (var mount in MountInfo.Find(KernelFile.ReadAll("/proc/self/mountinfo"), "proc"u8))
            if (mount.MountPoint == "/proc")
                foreach (var option in mount.Options.Split(','))
                    if (option.StartsWith("hidepid=", StringComparison.Ordinal) &&
                        option["hidepid=".Length..] is not ("0" or "off") and var hides)
                        return hides;
        return null;
    }

    /// <summary>By the marks that a platform leaves in every container of its own.</summary>
    private static string[] Containers()
    {
        List<string> found = [];
        if (KernelFile.Exists("/.dockerenv"))
            found.Add("docker");
        // The file is hidden if Podman mounts /run anew (--read-only); Podman sets the variable for every process.
        if (KernelFile.Exists("/run/.containerenv") || Environment.GetEnvironmentVariable("container") == "podman")
            found.Add("podman");
        if (KernelFile.Exists("/var/run/secrets/kubernetes.io"))
            found.Add("kubernetes");
        return [.. found];
    }

    private static ulong[] HardLimits()
    {
        var limits = new ulong[ResourceTable.All.Length];
        for (var resource = 0; resource < limits.Length; resource++)
        {
            rlimit limit;
            limits[resource] = prlimit(0, resource, null, &limit) == 0 ? limit.rlim_max : RLIM_INFINITY;
        }
        return limits;
    }

    private static string Text(byte* zeroTerminated) => Marshal.PtrToStringUTF8((nint)zeroTerminated) ?? "";
}
