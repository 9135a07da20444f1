using System.Buffers.Text;
using System.Text.Unicode;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>
/// Reads the children of a thread, including ended ones that were not collected (<c>man 5 proc</c>, /proc/[pid]/task/[tid]/children).
/// Each number ends in a space.
/// </summary>
internal static unsafe class ChildrenFile
{
    /// <summary>Less than the kernel returns in one read while there is more.</summary>
    private const int Fragment = 2048;

    /// <summary>Calls with each child of ours; false if they cannot be read to the end.</summary>
    public static bool ForEachOfOurs(Action<int> action) => ForEach(getpid(), getpid(), action);

    /// <summary>Calls with each child; false if they cannot be read to the end.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="thread">One of its threads.</param>
    /// <param name="action">Gets the pids in the order in which the children came.</param>
    /// <param name="from">The position to begin at, which must be behind the space of a number.</param>
    public static bool ForEach(int pid, int thread, Action<int> action, long from = 0)
    {
        Span<byte> name = stackalloc byte[32];
        _ = Utf8.TryWrite(name, $"task/{thread}/children", out var written);
        var file = ProcFile.Open(pid, name[..written]);
        if (file < 0)
            return false;
        try
        {
            return Read(file, action, from);
        }
        finally
        {
            _ = close(file);
        }
    }

    /// <summary>
    /// At the end of the list a read returns less than the buffer and less than a page. If only new children are read, the last read,
    /// which would only return 0, is left out: each read costs a walk over all children.
    /// </summary>
    private static bool Read(int file, Action<int> action, long from)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var kept = 0;
        // A space before the first number shows that the position is right.
        var isChecked = from == 0;
        for (var position = isChecked ? 0 : from - 1; ;)
        {
            nint count;
            fixed (byte* start = buffer[kept..])
                count = pread(file, start, (nuint)(buffer.Length - kept), position);
            if (count <= 0)
                return count == 0 && isChecked;
            position += count;
            var text = buffer[..(kept + (int)count)];
            if (!isChecked)
            {
                if (text[0] != ' ')
                    return false;
                isChecked = true;
                text = text[1..];
            }
            // The last number of a read may be cut; its rest comes with the next read.
            while (text.IndexOf((byte)' ') is var space and >= 0)
            {
                if (Utf8Parser.TryParse(text[..space], out int child, out _))
                    action(child);
                text = text[(space + 1)..];
            }
            if (from > 0 && count < Fragment && text.IsEmpty)
                return true;
            kept = text.Length;
            text.CopyTo(buffer);
        }
    }
}
