using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Supervision;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>What a run says of itself: that its second stage has become the service, or why not, and that it is ready.</summary>
internal sealed unsafe class RunNews(DescriptorWatch watch, Action<SystemEvent> tell)
{
    public void Follow(ServiceRun run)
    {
        if (run.ExecPipe < 0)
            tell(new SystemEvent.Executed(run.Service, run.Number));
        else
            watch.Add(run.ExecPipe, () => ReadExecPipe(run));
        if (run.NotifyPipe >= 0)
            watch.Add(run.NotifyPipe, () => ReadNotifyPipe(run));
        if (run.NotifySocket is { } socket)
            watch.Add(socket.Descriptor, () => ReadNotifySocket(run, socket));
    }

    /// <summary>Its main process was collected: what it has said by now is read, and nobody listens any more.</summary>
    public void ReadTheLast(ServiceRun run)
    {
        if (run.ExecPipe >= 0)
            ReadExecPipe(run);
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

    private void ReadExecPipe(ServiceRun run)
    {
        Span<byte> record = stackalloc byte[ExecFailure.MaxLength];
        nint count;
        fixed (byte* start = record)
            count = read(run.ExecPipe, start, (nuint)record.Length);
        if (count < 0)
            return;
        if (count == 0)
            tell(new SystemEvent.Executed(run.Service, run.Number));
        else
            run.Problem = ExecFailure.TryDecode(record[..(int)count], out var failure) ? failure!.Sentence : "the second stage failed";
        watch.Remove(run.ExecPipe);
        run.CloseExecPipe();
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
