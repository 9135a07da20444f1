using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>The user and the tracer of a process, from /proc/[pid]/status (<c>man 5 proc</c>).</summary>
public static class ProcessStatus
{
    /// <summary>The pid of its tracer (a debugger, strace); 0 for none.</summary>
    public static bool TryReadTracer(ReadOnlySpan<byte> file, out int tracer)
    {
        var isRead = TryFirst(file, "\nTracerPid:\t"u8, int.MaxValue, out var number);
        tracer = (int)number;
        return isRead;
    }

    /// <summary>Its real user id, in our user namespace.</summary>
    public static bool TryReadUser(ReadOnlySpan<byte> file, out uint user)
    {
        var isRead = TryFirst(file, "\nUid:\t"u8, uint.MaxValue, out var number);
        user = (uint)number;
        return isRead;
    }

    /// <summary>The first number of a line. A process can put no line of its own there: in its name, the kernel escapes them.</summary>
    private static bool TryFirst(ReadOnlySpan<byte> file, ReadOnlySpan<byte> name, ulong most, out ulong number)
    {
        number = 0;
        var at = file.IndexOf(name);
        if (at < 0)
            return false;
        var rest = file[(at + name.Length)..];
        var end = rest.IndexOfAny((byte)'\t', (byte)'\n');
        return end >= 0 && DecimalText.TryRead(rest[..end], most, out number);
    }
}
