using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.PassThrough;

/// <summary>
/// The flags of <c>mcp-init [flags] -- CMD</c>: tini's letters for tini's meanings, and <c>-r</c> and <c>-c</c> of dumb-init. Letters
/// may be joined (<c>-gs</c>) and a value may follow its letter directly (<c>-e143</c>).
/// </summary>
public sealed record PassThroughOptions
{
    /// <summary>-g: signals go to the child's whole process group; -c, the default, to the child alone.</summary>
    public bool SignalGroup { get; init; }

    /// <summary>-s: adopt orphans although we are not PID 1 (PR_SET_CHILD_SUBREAPER).</summary>
    public bool Subreaper { get; init; }

    /// <summary>-p: the signal we are sent when our parent dies (PR_SET_PDEATHSIG).</summary>
    public Signal? ParentDeathSignal { get; init; }

    /// <summary>-e: exit codes of the child that count as 0.</summary>
    public ImmutableArray<int> TreatedAsSuccess { get; init; } = [];

    /// <summary>-w: say so for each orphan that is reaped.</summary>
    public bool WarnOnOrphan { get; init; }

    /// <summary>-v: how often it was given.</summary>
    public int Verbosity { get; init; }

    /// <summary>-r FROM:TO; of two with the same FROM the later one counts.</summary>
    public ImmutableArray<SignalRewrite> Rewrites { get; init; } = [];

    /// <summary>--grace: the time between SIGTERM and SIGKILL for processes that the child leaves behind.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The index of CMD in the arguments.</summary>
    public int CommandIndex { get; init; }

    /// <summary>True if the arguments are meant for this mode: flags, then <c>--</c>.</summary>
    public static bool IsMeant(ReadOnlySpan<string> args)
    {
        if (args.IsEmpty || (args[0] is "--help" or "--version" or "--config" or "-h") ||
            args[0].StartsWith("--config=", StringComparison.Ordinal))
            return false;
        return args[0].StartsWith('-');
    }

    /// <summary>Reads the flags; an error is one sentence that says what to write instead.</summary>
    public static PassThroughOptions? Parse(ReadOnlySpan<string> args, out string error)
    {
        var options = new PassThroughOptions();
        error = "";
        for (var i = 0; i < args.Length; i++)
        {
            var arg = args[i];
            if (arg == "--")
            {
                if (i + 1 < args.Length)
                    return options with { CommandIndex = i + 1 };
                error = "nothing follows '--': write mcp-init [flags] -- COMMAND [ARGUMENT...]";
                return null;
            }
            if (arg is "--grace")
            {
                if (++i < args.Length && Duration.TryParse(args[i], out var grace))
                {
                    options = options with { Grace = grace };
                    continue;
                }
                error = "--grace takes a duration such as 2s or 500ms";
                return null;
            }
            if (arg.Length < 2 || arg[0] != '-' || arg[1] == '-')
            {
                error = arg.StartsWith('-')
                    ? $"unknown flag '{arg}'; the flags are -g -c -s -w -v -p SIGNAL -e CODE -r FROM:TO --grace DURATION"
                    : $"'{arg}' stands where a flag or '--' belongs: write mcp-init [flags] -- COMMAND [ARGUMENT...]";
                return null;
            }
            for (var letter = 1; letter < arg.Length; letter++)
            {
                if (arg[letter] is not ('p' or 'e' or 'r'))
                {
                    if (WithSwitch(options, arg[letter]) is not { } switched)
                    {
                        error = $"unknown flag '-{arg[letter]}'; the flags are -g -c -s -w -v -p SIGNAL -e CODE -r FROM:TO --grace " +
                            "DURATION";
                        return null;
                    }
                    options = switched;
                    continue;
                }
                var value = letter + 1 < arg.Length ? arg[(letter + 1)..] : i + 1 < args.Length ? args[++i] : "";
                if (WithValue(options, arg[letter], value, out error) is not { } next)
                    return null;
                options = next;
                break;
            }
        }
        error = "no command: write mcp-init [flags] -- COMMAND [ARGUMENT...]";
        return null;
    }

    private static PassThroughOptions? WithSwitch(PassThroughOptions options, char letter) => letter switch
    {
        'g' => options with { SignalGroup = true },
        'c' => options with { SignalGroup = false },
        's' => options with { Subreaper = true },
        'w' => options with { WarnOnOrphan = true },
        'v' => options with { Verbosity = options.Verbosity + 1 },
        _ => null,
    };

    private static PassThroughOptions? WithValue(PassThroughOptions options, char letter, string value, out string error)
    {
        error = "";
        switch (letter)
        {
            case 'p' when Signal.TryParse(value, out var signal):
                return options with { ParentDeathSignal = signal };
            case 'p':
                error = $"-p takes a signal such as SIGTERM, not '{value}'";
                return null;
            case 'e' when int.TryParse(value, out var code) && code is >= 0 and <= 255:
                return options with { TreatedAsSuccess = options.TreatedAsSuccess.Add(code) };
            case 'e':
                error = $"-e takes an exit code from 0 to 255, not '{value}'";
                return null;
            default:
                var colon = value.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0 && Signal.TryParse(value[..colon], out var from) && TargetOf(value[(colon + 1)..]) is { } to)
                    return options with { Rewrites = options.Rewrites.Add(new SignalRewrite(from.Number, to)) };
                error = $"-r takes FROM:TO, two signals by name or number, TO 0 to drop it, not '{value}'";
                return null;
        }
    }

    private static int? TargetOf(string text) =>
        text == "0" ? 0 : Signal.TryParse(text, out var signal) ? signal.Number : null;
}
