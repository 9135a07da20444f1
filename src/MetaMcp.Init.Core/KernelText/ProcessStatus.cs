using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>What /proc/[pid]/status (<c>man 5 proc</c>) says of who watches a process and what it gave up.</summary>
/// <param name="Tracer">Who traces it (a debugger, strace); 0 for nobody.</param>
/// <param name="HasNoNewPrivileges">PR_SET_NO_NEW_PRIVS: inherited by every descendant, and never taken off.</param>
public readonly record struct ProcessStatus(int Tracer, bool HasNoNewPrivileges)
{
    public static bool TryRead(ReadOnlySpan<byte> file, out ProcessStatus status)
    {
        status = default;
        // Before Linux 4.10 there is no NoNewPrivs; then it tells nothing.
        if (!TryNumber(file, "\nTracerPid:\t"u8, out var tracer))
            return false;
        status = new ProcessStatus((int)tracer, TryNumber(file, "\nNoNewPrivs:\t"u8, out var fixedPrivileges) && fixedPrivileges == 1);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> file, ReadOnlySpan<byte> name, out ulong number)
    {
        number = 0;
        var at = file.IndexOf(name);
        if (at < 0)
            return false;
        var rest = file[(at + name.Length)..];
        var end = rest.IndexOf((byte)'\n');
        return end >= 0 && DecimalText.TryRead(rest[..end], int.MaxValue, out number);
    }
}
