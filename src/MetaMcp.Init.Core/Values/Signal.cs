namespace MetaMcp.Init.Core.Values;

/// <summary>
/// A Linux signal, 1 to 64, by its number on x86-64 and arm64 (<c>man 7 signal</c>).
/// Real-time signals count from <see cref="RealTimeMin"/> as glibc hands them out: 32 and 33 belong to it.
/// </summary>
public readonly record struct Signal
{
    public const int Max = 64;

    /// <summary>The number that programs know as SIGRTMIN: glibc uses 32 and 33 itself.</summary>
    public const int RealTimeMin = 34;

    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>For lists, as <see cref="ToString"/> has them: without the real-time signals, whose names are counted.</summary>
    public static IEnumerable<string> CommonNames => Names.Skip(1).Select(name => "SIG" + name);

    private Signal(int number) => Number = number;

    public int Number { get; }

    public static Signal Hup { get; } = new(1);
    public static Signal Int { get; } = new(2);
    public static Signal Quit { get; } = new(3);
    public static Signal Abort { get; } = new(6);
    public static Signal Kill { get; } = new(9);
    public static Signal Usr1 { get; } = new(10);
    public static Signal Pipe { get; } = new(13);
    public static Signal Term { get; } = new(15);
    public static Signal Chld { get; } = new(17);
    public static Signal Cont { get; } = new(18);
    public static Signal Stop { get; } = new(19);
    public static Signal Tstp { get; } = new(20);
    public static Signal Ttin { get; } = new(21);
    public static Signal Ttou { get; } = new(22);
    public static Signal Urg { get; } = new(23);
    public static Signal Winch { get; } = new(28);

    /// <summary>SIGRTMIN+3: the signal that asks systemd-style containers to shut down.</summary>
    public static Signal RtMinPlus3 { get; } = new(RealTimeMin + 3);

    public static Signal FromNumber(int number) =>
        number is >= 1 and <= Max ? new(number) : throw new ArgumentOutOfRangeException(nameof(number), number, "1 to 64");

    /// <summary>Reads <c>SIGTERM</c>, <c>TERM</c>, <c>15</c>, <c>SIGRTMIN+3</c> or <c>RTMAX-1</c>, in any case.</summary>
    public static bool TryParse(string text, out Signal signal)
    {
        ArgumentNullException.ThrowIfNull(text);
        var name = text.Trim().ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal))
            name = name[3..];
        var number = name switch
        {
            "POLL" => 29,
            "CLD" => 17,
            "IOT" => 6,
            "RTMIN" => RealTimeMin,
            "RTMAX" => Max,
            _ when name.StartsWith("RTMIN+", StringComparison.Ordinal) && Digits(name[6..]) is { } up => RealTimeMin + up,
            _ when name.StartsWith("RTMAX-", StringComparison.Ordinal) && Digits(name[6..]) is { } down => Max - down,
            _ when Digits(name) is { } plain => plain,
            _ => Array.IndexOf(Names, name),
        };
        var realTimeOutside = name.StartsWith("RTM", StringComparison.Ordinal) && number < RealTimeMin;
        if (number is < 1 or > Max || realTimeOutside)
        {
            signal = default;
            return false;
        }
        signal = new Signal(number);
        return true;
    }

    /// <summary>The name with its prefix, as <c>kill -l</c> has it: <c>SIGTERM</c>, <c>SIGRTMIN+3</c>.</summary>
    public override string ToString() => Number switch
    {
        0 => "no signal",
        < 32 => "SIG" + Names[Number],
        < RealTimeMin => $"signal {Number}",
        RealTimeMin => "SIGRTMIN",
        Max => "SIGRTMAX",
        <= RealTimeMin + 15 => $"SIGRTMIN+{Number - RealTimeMin}",
        _ => $"SIGRTMAX-{Max - Number}",
    };

    private static int? Digits(string text) =>
        text.Length is >= 1 and <= 2 && text.All(char.IsAsciiDigit) ? int.Parse(text) : null;
}
