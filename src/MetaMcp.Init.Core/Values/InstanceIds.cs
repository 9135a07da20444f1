using System.Globalization;
using System.Text;

namespace MetaMcp.Init.Core.Values;

/// <summary>
/// The ids of all that one init runs: <c>mcp-MS-SEQUENCE</c>, the start of the init in milliseconds since 1970 and a number that the
/// init gives once. The start tells ids of this init from those of an earlier one, and of another one within a service.
/// </summary>
/// <param name="startedAtUnixMilliseconds">The start of this init.</param>
public sealed class InstanceIds(long startedAtUnixMilliseconds)
{
    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"mcp-{startedAtUnixMilliseconds}-");

    public string Of(long sequence) => _prefix + sequence.ToString(CultureInfo.InvariantCulture);

    /// <summary>The sequence number in an id of this init; 0 where the text is no such id.</summary>
    public long SequenceOf(ReadOnlySpan<byte> id)
    {
        Span<byte> prefix = stackalloc byte[32];
        prefix = prefix[..Encoding.ASCII.GetBytes(_prefix, prefix)];
        return id.StartsWith(prefix) && DecimalText.TryRead(id[prefix.Length..], long.MaxValue, out var sequence) ? (long)sequence : 0;
    }
}
