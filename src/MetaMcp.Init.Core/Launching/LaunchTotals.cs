namespace MetaMcp.Init.Core.Launching;

/// <summary>Why an instance has ended; the words are those of the metric.</summary>
public enum EndReason
{
    /// <summary>By itself.</summary>
    Exit,

    /// <summary>Its client has ended, or has let go of it.</summary>
    ClientGone,

    /// <summary>Its client has closed its stdin.</summary>
    Eof,

    Idle,
    Replaced,
    Limit,
    OutOfMemory,

    /// <summary>An operator has asked for it.</summary>
    Operator,

    /// <summary>The container stops.</summary>
    Shutdown,
}

/// <summary>
/// What has become of launches since the start of mcp-init, by type. Names of types come from clients, so only a limited number of them
/// is kept apart; the others are counted together.
/// </summary>
internal sealed class LaunchTotals
{
    /// <summary>With the types of the file, each of which has counters of its own in any case.</summary>
    private const int MostTypes = 128;

    /// <summary>The name of all types that are counted together.</summary>
    public const string Others = "other";

    private static readonly string[] ResultWords = ["started", "refused", "waited", "replaced"];
    private static readonly string[] ReasonWords =
        ["exit", "client_gone", "eof", "idle", "replaced", "limit", "oom", "operator", "shutdown"];

    private readonly Dictionary<string, long[]> _byType = new(StringComparer.Ordinal);

    private enum Result { Started, Refused, Waited, Replaced }

    /// <summary>To be called before a launch of the type is entered, so that counting needs no memory.</summary>
    public void Reserve(string type, bool isInFile)
    {
        if (Find(type) is not null)
            return;
        var name = isInFile || _byType.Count < MostTypes ? type : Others;
        if (Find(name) is null)
            _byType[name] = new long[ResultWords.Length + ReasonWords.Length];
    }

    /// <summary>The name by which a type that has been launched is counted.</summary>
    public string NameOf(string type) => Find(type) is null ? Others : type;

    public void AddStarted(string type) => Add(type, (int)Result.Started);

    public void AddRefused(string type) => Add(type, (int)Result.Refused);

    public void AddWaited(string type) => Add(type, (int)Result.Waited);

    public void AddReplaced(string type) => Add(type, (int)Result.Replaced);

    public void AddEnded(string type, EndReason reason) => Add(type, ResultWords.Length + (int)reason);

    public long Refused(string type) => Find(type)?[(int)Result.Refused] ?? 0;

    public long Ended(string type)
    {
        var sum = 0L;
        if (Find(type) is { } counts)
            foreach (var count in counts.AsSpan(ResultWords.Length))
                sum += count;
        return sum;
    }

    /// <summary>Gives every counter that is not 0: the family, the type, the label and the value.</summary>
    public void Each(Action<string, string, string, long> counter)
    {
        foreach (var (type, counts) in _byType)
            for (var at = 0; at < counts.Length; at++)
                if (counts[at] > 0)
                    counter(
                        at < ResultWords.Length ? "launches_total" : "server_ends_total", type,
                        at < ResultWords.Length ? ResultWords[at] : ReasonWords[at - ResultWords.Length], counts[at]);
    }

    private long[]? Find(string type) => _byType.GetValueOrDefault(type);

    private void Add(string type, int at)
    {
        if ((Find(type) ?? Find(Others)) is { } counts)
            counts[at]++;
    }
}
