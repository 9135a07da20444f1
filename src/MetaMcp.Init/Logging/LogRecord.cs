using System.Collections;

namespace MetaMcp.Init.Logging;

/// <summary>
/// What was logged, whatever the type of its state was: the finished text and the named values. Everything behind
/// <see cref="InitLogger"/> is generic over the state in the contracts of Microsoft.Extensions.Logging, and with this one
/// type each of those methods is compiled once, not once for every combination of parameters a log text has.
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
