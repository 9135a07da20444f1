using System.Globalization;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Top;

/// <summary>The hidden verb <c>draw GUARD MILLISECONDS [ascii]</c>: the process of <c>top</c> that draws.</summary>
internal static unsafe class DrawVerb
{
    public const string Name = "draw";

    public const string Ascii = "ascii";

    private const int WrongCommandLine = 100, SystemError = 111;

    public static int Run(ReadOnlySpan<string> words)
    {
        if (words is not [var guard, var delay, var flag] ||
            !int.TryParse(guard, NumberStyles.None, CultureInfo.InvariantCulture, out var parent) ||
            !long.TryParse(delay, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            return WrongCommandLine;
        if (WholeScreen.Open() is not { } screen || SignalQueue.Open(out _) is not { } signals)
            return SystemError;
        // If the guard is killed, this gives the terminal back. It may be gone already.
        _ = prctl(PR_SET_PDEATHSIG, (nuint)Signal.Hup.Number, 0, 0, 0);
        if (getppid() != parent)
            return SystemError;
        using var source = new TopSource();
        return new TopShell(screen, signals, source, TimeSpan.FromMilliseconds(milliseconds), flag == Ascii).Run();
    }
}
