using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Membership;

/// <summary>
/// What every process of a run has in its environment, unless it was started with another: <c>mcp-MS-RUN</c>, our own start in
/// milliseconds since 1970 and the run's number. An init within a service of another one has a start of its own.
/// </summary>
public sealed class InstanceCookie(long startedAtUnixMilliseconds)
{
    public const string Variable = "MCP_INIT_INSTANCE";

    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"mcp-{startedAtUnixMilliseconds}-");

    public string Of(long run) => _prefix + run.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of the run that an environment names, 0 where it names none of ours.</summary>
    public long RunOf(ReadOnlySpan<byte> environ)
    {
        var value = Environ.Find(environ, "MCP_INIT_INSTANCE="u8);
        Span<byte> prefix = stackalloc byte[64];
        prefix = prefix[..Encoding.ASCII.GetBytes(_prefix, prefix)];
        return value.StartsWith(prefix) && DecimalText.TryRead(value[prefix.Length..], long.MaxValue, out var run) ? (long)run : 0;
    }
}
