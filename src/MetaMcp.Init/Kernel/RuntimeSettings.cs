using System.Runtime.InteropServices;
using System.Text;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>
/// <c>DOTNET_GC…</c> variables of the container are meant for a service, and our own runtime has already taken them for itself
/// by the time we run: a heap limit of a service's would be PID 1's.
/// </summary>
internal static unsafe class RuntimeSettings
{
    /// <summary>
    /// Where there is one, starts over once, in place, with such variables under a prefix that the runtime does not know and
    /// that children do not see. Costs a millisecond, and only those who have such variables.
    /// </summary>
    public static void Ignore(ReadOnlySpan<string> args)
    {
        if (!AnyForTheCollector())
            return;
        using var path = new NativeStrings([SelfExecutable.Path]);
        using var environment = new EnvironmentBlock([], shielded: true);
        // Where that is refused, we go on as we are: tuned, but running.
        _ = execve(path.Pointer[0], StartBlock.Arguments(args, 0), environment.Pointer);
    }

    private static bool AnyForTheCollector()
    {
        for (var at = StartBlock.Environment; *at != null; at++)
        {
            var entry = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*at);
            if (entry.Length > 9 && Ascii.EqualsIgnoreCase(entry[..9], "DOTNET_GC"u8))
                return true;
        }
        return false;
    }
}
