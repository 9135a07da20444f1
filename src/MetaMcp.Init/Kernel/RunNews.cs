using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>What a run says of itself: that its second stage has become the service, or why not, and that it is ready.</summary>
internal sealed unsafe class RunNews(DescriptorWatch watch, Action<SystemEvent> tell)
{
    public void Follow(ServiceRun run)
    {
        watch.Add(run.ExecPipe, Source.ExecPipe, () => ReadExecPipe(run, isCollected: false));
        if (run.NotifyPipe >= 0)
            watch.Add(run.NotifyPipe, Source.NotifyPipe, () => ReadNotifyPipe(run));
        if (run.NotifySocket is { } socket)
            watch.Add(socket.Descriptor, Source.NotifySocket, () => ReadNotifySocket(run, socket));
    }

    /// <summary>Its main process was collected: what it has said by now is read, and nobody listens any more.</summary>
    public void ReadTheLast(ServiceRun run)
    {
        // The mark may come in a read of its own.
        for (var reads = 0; run.ExecPipe >= 0 && reads < 2; reads++)
            ReadExecPipe(run, isCollected: true);
        if (run.ExecPipe >= 0)
        {
            // A process it left behind before it became the service holds the pipe; that cannot be a service of ours.
            watch.Remove(run.ExecPipe);
            run.CloseExecPipe();
        }
        if (run.NotifyPipe >= 0)
            ReadNotifyPipe(run);
        if (run.NotifySocket is { } socket)
        {
            ReadNotifySocket(run, socket);
            watch.Remove(socket.Descriptor);
        }
        if (run.NotifyPipe >= 0)
            watch.Remove(run.NotifyPipe);
        run.CloseNotification();
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
            // What the execution came to is still on its way: the end of the pipe, or a record.
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
        // Its pid may be another's by then.
        if (!isCollected)
            run.LearnUser();
        tell(new SystemEvent.Executed(run.Service, run.Number));
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
            tell(new SystemEvent.Notified(run.Service, run.Number));
        if (ready || count == 0)
        {
            watch.Remove(run.NotifyPipe);
            run.CloseNotification();
        }
    }

    private void ReadNotifySocket(ServiceRun run, NotifySocket socket)
    {
        // Left open: the service goes on sending its status there, and a send that fails would look like an error to it.
        if (socket.ReadReady(run.Pid))
            tell(new SystemEvent.Notified(run.Service, run.Number));
    }
}
