using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Notifying;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>
/// The reports of a run about itself: that its second stage has become the service, or why not, and that it is ready.
/// </summary>
internal sealed unsafe class RunReports(
    DescriptorWatch watch, DescriptorDisposal disposal, Action<ServiceRun, int> named, Action<SystemEvent> tell)
{
    /// <summary>
    /// More messages than the kernel keeps for a socket that is not read, with usual settings (net.unix.max_dgram_qlen, 10 to 512).
    /// </summary>
    private const int MostWaiting = 64;

    public void Follow(ServiceRun run)
    {
        watch.Add(run.ExecPipe, Source.ExecPipe, () => ReadExecPipe(run, isCollected: false));
        if (run.NotifyPipe >= 0)
            watch.Add(run.NotifyPipe, Source.NotifyPipe, () => ReadNotifyPipe(run));
        if (run.NotifySocket is { } socket)
            Watch(run, socket);
    }

    /// <summary>The main process was collected: the reports that it had sent before are read first.</summary>
    public void ReadOf(ServiceRun run)
    {
        // The mark may come in a read of its own.
        for (var reads = 0; run.ExecPipe >= 0 && reads < 2; reads++)
            ReadExecPipe(run, isCollected: true);
        for (var reads = 0; reads < MostWaiting && run.NotifySocket is { IsHeadRead: false } socket && TakeMessage(run, socket); reads++)
            continue;
    }

    /// <summary>The main process was collected and has no successor: its reports end.</summary>
    /// <param name="run">The run.</param>
    /// <param name="isToStay">The service is in the background, and will send reports again.</param>
    public void ReadTheLast(ServiceRun run, bool isToStay)
    {
        if (run.ExecPipe >= 0)
        {
            // A process that the second stage left behind holds the pipe; that process cannot become the service.
            watch.Remove(run.ExecPipe);
            run.CloseExecPipe();
        }
        if (run.NotifyPipe >= 0)
            ReadNotifyPipe(run);
        if (run.NotifyPipe >= 0)
            watch.Remove(run.NotifyPipe);
        run.CloseNotifyPipe();
        if (!isToStay)
            EndSocket(run);
    }

    /// <summary>No process of the run is left, or none is to be heard any more.</summary>
    public void EndSocket(ServiceRun run)
    {
        if (run.NotifySocket is not { } socket)
            return;
        run.NotifySocket = null;
        socket.End();
        // As many messages as the kernel keeps for a socket that is not read (net.unix.max_dgram_qlen); no more can come.
        while (!socket.IsHeadRead && TakeMessage(run, socket))
            continue;
        watch.Remove(socket.Descriptor);
        disposal.Close(socket);
    }

    private void ReadExecPipe(ServiceRun run, bool isCollected)
    {
        Span<byte> buffer = stackalloc byte[1 + ExecFailure.MaxLength];
        nint count;
        fixed (byte* start = buffer)
            count = read(run.ExecPipe, start, (nuint)buffer.Length);
        if (count < 0)
            return;
        ReadOnlySpan<byte> record = buffer[..(int)count];
        if (record is [ExecFailure.Mark, ..])
        {
            run.IsApplied = true;
            record = record[1..];
            // The result of the exec is not there yet: the end of the pipe, or a record.
            if (record.IsEmpty)
                return;
        }
        if (!record.IsEmpty)
            run.Problem = ExecFailure.TryDecode(record, out var failure)
                ? new StartProblem(failure!.Sentence, failure.ExitCode, failure.IsShortage && !run.HasOwnLimits)
                : new StartProblem("the second stage said something that cannot be read", ExitCodes.System, IsShortage: false);
        else if (run.IsApplied)
            Executed(run, isCollected);
        watch.Remove(run.ExecPipe);
        run.CloseExecPipe();
    }

    private void Executed(ServiceRun run, bool isCollected)
    {
        // After the process was collected, its pid may belong to another process.
        if (!isCollected)
            run.LearnUser();
        tell(new SystemEvent.Executed(run.Number));
    }

    private void ReadNotifyPipe(ServiceRun run)
    {
        Span<byte> text = stackalloc byte[256];
        nint count;
        fixed (byte* start = text)
            count = read(run.NotifyPipe, start, (nuint)text.Length);
        if (count < 0)
            return;
        var ready = text[..(int)count].Contains((byte)'\n');
        if (ready)
            tell(new SystemEvent.Notified(run.Number));
        if (ready || count == 0)
        {
            watch.Remove(run.NotifyPipe);
            run.CloseNotifyPipe();
        }
    }

    /// <summary>
    /// Reads one message of a run's socket. A message with descriptors is received by a child, and the next message is read after
    /// that.
    /// </summary>
    private bool TakeMessage(ServiceRun run, NotifySocket socket)
    {
        Span<byte> text = stackalloc byte[NotifyMessage.MaxLength + 1];
        if (!socket.TryPeek(text, out var length, out var sender, out var hasDescriptors))
            return false;
        // A longer message belongs to no known protocol, and would be cut.
        if (!socket.IsHeadRead && length <= NotifyMessage.MaxLength && IsOf(run, sender))
        {
            var message = NotifyMessage.Read(text[..length]);
            // The result of the exec may still be in the pipe: the service can have sent its message only after the exec.
            for (var reads = 0; message.MainPid > 0 && run.ExecPipe >= 0 && reads < 2; reads++)
                ReadExecPipe(run, isCollected: !run.HasMain);
            if (message.MainPid > 0)
                named(run, message.MainPid);
            tell(new SystemEvent.Said(run.Number, message));
        }
        if (!hasDescriptors)
        {
            socket.Drop();
            return true;
        }
        socket.IsHeadRead = true;
        disposal.Receive(socket, () => Watch(run, socket));
        return false;
    }

    /// <summary>
    /// Whether a process may speak for a run: its main process, whose pid is its own until it is collected; and every process of the
    /// same user as the main process, such as <c>systemd-notify</c> in a script. The sender may have ended by now, so its /proc files
    /// are not read; the kernel vouches for pid and user.
    /// </summary>
    private static bool IsOf(ServiceRun run, in ucred sender)
    {
        // After the main process was collected, its pid may belong to another process; its earlier messages count by the user it
        // was last seen to have.
        if (sender.pid == run.Main && run is { HasMain: true, Foreign: null })
            return true;
        // The pid of one that is not our child may belong to another process before we hear of its end.
        var isMain = run.Foreign is not { } main || (ProcessTable.TryRead(main.Pid, out var seen) && seen.StartTime == main.StartTime);
        if (run.HasMain && isMain)
            run.NotifyUid = ProcessTable.UserOf(run.Main, out _) ?? run.NotifyUid;
        return sender.pid > 0 && (run.NotifyUid ?? run.User) == sender.uid;
    }

    private void Watch(ServiceRun run, NotifySocket socket) =>
        watch.Add(socket.Descriptor, Source.NotifySocket, () => TakeMessage(run, socket));
}
