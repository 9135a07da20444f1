using System.Collections.Immutable;
using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>Which signals the file may give a meaning to.</summary>
internal static class SignalRules
{
    /// <summary>Of the runtime: its exceptions (ILL, BUS, FPE, SEGV) and 34, which stops its threads; glibc keeps 32 and 33.</summary>
    private static readonly int[] Runtime = [4, 7, 8, 11, 32, 33, 34];

    /// <summary>None can be caught, or the kernel or the runtime has its own use for it.</summary>
    public static bool IsOutOfReach(Signal signal) =>
        signal == Signal.Kill || signal == Signal.Stop || signal == Signal.Chld || Array.IndexOf(Runtime, signal.Number) >= 0;

    /// <summary>
    /// Signals with a meaning of mcp-init's own (reload, status), which may be in [shutdown] signals, but not in [signals].
    /// </summary>
    public static bool IsOwn(Signal signal) => signal == Signal.Hup || signal == Signal.Usr1;

    /// <summary>The signals that begin the shutdown.</summary>
    public static ImmutableArray<Signal>? Stops(ValueReader value)
    {
        if (value.Node is not TomlArray { Items: var items })
        {
            value.Wrong("an array of signals", "[\"SIGTERM\", \"SIGINT\", \"SIGQUIT\", \"SIGRTMIN+3\"]");
            return null;
        }
        List<Signal> signals = [];
        var isGood = true;
        for (var i = 0; i < items.Count; i++)
        {
            var item = value.Item(i, items[i]);
            if (item.Signal() is not { } signal)
                isGood = false;
            else if (IsOutOfReach(signal))
            {
                item.Error($"{signal} can stop nothing in order: it cannot be caught, or the kernel or the runtime has its own use for it");
                isGood = false;
            }
            else if (signals.Contains(signal))
            {
                item.Error($"{signal} is given twice");
                isGood = false;
            }
            else
                signals.Add(signal);
        }
        if (items.Count == 0)
        {
            value.Error($"{value.Name} is empty, and nothing would stop the container in order; " +
                $"write {value.Name} = [\"SIGTERM\", \"SIGINT\"], or leave it out");
            return null;
        }
        if (!isGood)
            return null;
        if (!signals.Contains(Signal.Term))
            value.Problems.Warning(
                value.Node.At,
                $"{value.Name} has no SIGTERM, which is what container engines send unless the image's STOPSIGNAL is another");
        return [.. signals];
    }
}
