using System.Collections;
using MetaMcp.Init.Core.Effects;

namespace MetaMcp.Init.Logging;

/// <summary>A notice as the contracts of Microsoft.Extensions.Logging have it: its values by name, and its text.</summary>
internal sealed class NoticeState(Notice notice) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private KeyValuePair<string, object?>[]? _values;

    public int Count => notice.Values.Count;

    public KeyValuePair<string, object?> this[int index] => Values[index];

    /// <summary>Only the JSON log reads them.</summary>
    private KeyValuePair<string, object?>[] Values => _values ??= NoticeWords.ValuesOf(notice);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, object?>>)Values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => notice.ToString();
}
