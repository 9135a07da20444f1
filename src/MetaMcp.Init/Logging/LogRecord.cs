using System.Collections;

namespace MetaMcp.Init.Logging;

/// <summary>
/// A logged message, independent of the type of its state: the finished text and the named values. In the contracts of
/// Microsoft.Extensions.Logging everything behind <see cref="InitLogger"/> is generic over the state. With this one type each of
/// those methods is compiled once, instead of once for every combination of parameters of a log text.
/// </summary>
internal sealed class LogRecord(string message, IReadOnlyList<KeyValuePair<string, object?>> values)
    : IReadOnlyList<KeyValuePair<string, object?>>
{
    public string Message { get; } = message;

    public int Count => values.Count;

    public KeyValuePair<string, object?> this[int index] => values[index];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => values.GetEnumerator();
}
