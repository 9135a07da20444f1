namespace MetaMcp.Init.Core.Effects;

/// <summary>
/// A message for the operator: its kind and its values. No text is made before a listener asks for one. Values are texts, numbers,
/// durations (<see cref="TimeSpan"/>), sizes (<see cref="Values.ByteSize"/>), lists of names, or null for an unknown one.
/// </summary>
public sealed class Notice
{
    private readonly object?[] _values;

    internal Notice(NoticeKind kind, object?[] values)
    {
#if DEBUG
        if (NoticeWords.NamesOf(kind).Count != values.Length)
            throw new ArgumentException($"bug: {kind.LogName} has {values.Length} values, which are not as many as its names");
#endif
        (Kind, _values) = (kind, values);
    }

    public NoticeKind Kind { get; }

    /// <summary>The number of the run, or of the orphan's entry, that it is about; 0 for none.</summary>
    public long Run { get; internal set; }

    /// <summary>The service that it is about; null for none.</summary>
    public string? Service => this["Service"] as string;

    /// <summary>In the order of the names in the words.</summary>
    public IReadOnlyList<object?> Values => _values;

    /// <summary>The value of a name; null where it is unknown, or the kind has no such name.</summary>
    public object? this[string name]
    {
        get
        {
            var rest = Kind.Words.AsSpan();
            for (var i = 0; NoticeWords.TryRead(ref rest, out _, out var place); i++)
                if (place.Name.SequenceEqual(name))
                    return _values[i];
            return null;
        }
    }

    public override string ToString() => NoticeWords.Fill(this);
}
