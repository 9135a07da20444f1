using System.Buffers.Text;
using System.Text.Unicode;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>Signals whatever is left of what we started, in the widest way our position allows.</summary>
internal static unsafe class Descendants
{
    /// <summary>
    /// PID 1 sends to every process of its namespace. A subreaper must not (<c>kill(-1)</c> would hit the whole machine), so it
    /// sends to its own children; what those leave behind comes to it next, and the caller asks again.
    /// </summary>
    /// <returns>False where we are not PID 1 and cannot read our children (no /proc).</returns>
    public static bool Signal(Signal signal)
    {
        if (getpid() == 1)
        {
            // ESRCH: nobody left. EPERM cannot be: PID 1 of a non-root user may signal what it started, and others stay.
            _ = kill(-1, signal.Number);
            return true;
        }
        return ForEachChild(pid => _ = kill(pid, signal.Number));
    }

    /// <summary>Asks or forces what is left to end. What is stopped takes no SIGTERM until it continues.</summary>
    /// <returns>As <see cref="Signal"/>.</returns>
    public static bool End(Signal signal) =>
        Signal(signal) && (signal == Core.Values.Signal.Kill || Signal(Core.Values.Signal.Cont));

    /// <summary>Calls with each direct child, zombies included (<c>man 5 proc</c>, /proc/[pid]/task/[tid]/children).</summary>
    public static bool ForEachChild(Action<int> action) => ForEachChild(getpid(), getpid(), action);

    /// <summary>Adds the children that one thread of a process has; none where they cannot be read.</summary>
    public static void AddChildren(int pid, int thread, List<int> children) => _ = ForEachChild(pid, thread, children.Add);

    private static bool ForEachChild(int pid, int thread, Action<int> action)
    {
        int file;
        Span<byte> path = stackalloc byte[64];
        if (!Utf8.TryWrite(path, $"/proc/{pid}/task/{thread}/children\0", out _))
            return false;
        fixed (byte* pointer = path)
            file = open(pointer, O_RDONLY | O_CLOEXEC, 0);
        if (file < 0)
            return false;
        Span<byte> buffer = stackalloc byte[4096];
        var kept = 0;
        while (true)
        {
            nint count;
            fixed (byte* pointer = buffer)
                count = read(file, pointer + kept, (nuint)(buffer.Length - kept));
            if (count <= 0)
                break;
            var text = buffer[..(kept + (int)count)];
            // Numbers end in a space; the last one of a read may be cut and waits for the next.
            while (text.IndexOf((byte)' ') is var space and >= 0)
            {
                if (Utf8Parser.TryParse(text[..space], out int child, out _))
                    action(child);
                text = text[(space + 1)..];
            }
            kept = text.Length;
            text.CopyTo(buffer);
        }
        _ = close(file);
        return true;
    }
}
