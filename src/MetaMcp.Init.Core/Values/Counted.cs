using System.Globalization;

namespace MetaMcp.Init.Core.Values;

/// <summary>
/// A number of things, as a text says it: <c>1 service</c>, <c>2 services</c>. In a JSON log line, this value is the number.
/// </summary>
public sealed class Counted(long number, string noun, string? plural = null)
{
    public long Number { get; } = number;

    public static string Text(long number, string noun, string? plural = null) => number == 1
        ? $"1 {noun}"
        : string.Create(CultureInfo.InvariantCulture, $"{number} {plural ?? noun + "s"}");

    public override string ToString() => Text(Number, noun, plural);
}
