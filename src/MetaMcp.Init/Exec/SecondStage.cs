using System.Diagnostics.CodeAnalysis;
using System.Text;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>
/// The order of the steps, and its reasons:
/// <list type="number">
/// <item>the cgroup, before any code of the service runs or a page of its memory exists;</item>
/// <item>inherited descriptors are marked close-on-exec: at this point /proc is still readable and the descriptor limit is still the
/// one that they were opened under;</item>
/// <item>all files are read, before a limit on descriptors or memory, or the loss of root, could prevent it;</item>
/// <item>the steps that take privileges: the owner of the output pipes, the terminal, OOM score, limits, nice; the umask;</item>
/// <item>capabilities and ids: bounding set, groups, gid, uid, the kept set;</item>
/// <item>the directory, entered as the service's own user;</item>
/// <item>no_new_privs; then all credentials are read back and compared;</item>
/// <item>limits that could end this very process, signals, exec.</item>
/// </list>
/// Every step acts on the calling thread, the first of the process, which is the one that exec keeps.
/// </summary>
internal static unsafe class SecondStage
{
    /// <summary>Applies the request and becomes the command.</summary>
    /// <param name="request">The attributes to apply.</param>
    /// <param name="command">The command's arguments, as bytes.</param>
    /// <param name="ready">Called when everything is applied and the exec comes next.</param>
    [DoesNotReturn]
    public static void Become(ExecRequest request, byte** command, Action ready)
    {
        var attributes = request.Attributes;
        // Without its limits the service must not run at all. The kernel takes a 0 for the process that writes.
        if (request.Cgroup is { } cgroup && KernelFile.Write($"{cgroup}/cgroup.procs", "0") is { IsSuccess: false } refused)
            throw ExecFailedException.Of(ExecStep.Cgroup, refused, cgroup);
        if (request.CloseDescriptors)
            Descriptors.CloseOnExec(request.KeptDescriptors.AsSpan());

        var identity = Identity.Resolve(attributes);
        var environment = ServiceEnvironment.Build(
            request.Environment, identity.Account, attributes.User is not null, request.PathFirst);

        // As root of the container; without CAP_CHOWN a service cannot have another user either.
        if (request.OwnSocket is { } socket && identity.Uid is { } owner && lchown(ByteText.ToNative(socket), owner, uint.MaxValue) != 0 &&
            owner != geteuid())
            throw ExecFailedException.Of(ExecStep.OwnSocket, LastError, socket);
        if (request.OwnOutput)
            StandardDescriptors.OwnPipes(identity.Uid);
        if (request.Terminal)
            StandardDescriptors.TakeTerminal();
        if (attributes.OomScoreAdjust is { } score)
            SetOomScore(score);
        if (request.SoftDescriptors is { } soft)
            ResourceLimits.RestoreSoft(soft);
        ResourceLimits.ApplyEarly(attributes.ResourceLimits.AsSpan());
        if (attributes.Nice is { } nice && setpriority(PRIO_PROCESS, 0, nice) != 0)
            throw ExecFailedException.Of(ExecStep.Nice, LastError, $"{nice}");
        if (attributes.Umask is { } mask)
            _ = umask((uint)mask);

        Credentials.Change(identity, attributes);
        if (attributes.WorkingDirectory is { } directory && chdir(ByteText.ToNative(directory)) != 0)
            throw ExecFailedException.Of(ExecStep.WorkingDirectory, LastError, directory);
        if (attributes.NoNewPrivileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
            throw ExecFailedException.Of(ExecStep.NoNewPrivileges, LastError);
        Credentials.Verify(identity, attributes);

        ResourceLimits.ApplyLate(attributes.ResourceLimits.AsSpan());
        // Called before SIGPIPE is reset: a reader that has ended meanwhile must not end this process.
        ready();
        SignalReset.To(request.Signals);
        throw CommandSearch.Execute(command, environment, request.PathFirst);
    }

    private static void SetOomScore(int score)
    {
        fixed (byte* path = "/proc/self/oom_score_adj\0"u8)
        {
            var descriptor = open(path, O_WRONLY | O_CLOEXEC, 0);
            var text = Encoding.ASCII.GetBytes($"{score}");
            fixed (byte* start = text)
            {
                if (descriptor < 0 || write(descriptor, start, (nuint)text.Length) < 0)
                    throw ExecFailedException.Of(ExecStep.OomScoreAdjust, LastError, $"{score}");
            }
            _ = close(descriptor);
        }
    }
}
