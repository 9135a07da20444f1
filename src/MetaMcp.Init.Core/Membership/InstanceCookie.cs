using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Membership;

/// <summary>
/// What every process of a run has in its environment, unless it was started with another: <c>mcp-MS-RUN</c>, our own start in
/// milliseconds since 1970 and the run's number. An init within a service of another one has a start of its own, and writes
/// itself behind what it finds, separated by a comma: what it starts is of the outer one's run too, should it be killed itself.
/// </summary>
/// <param name="startedAtUnixMilliseconds">Our own start.</param>
/// <param name="outer">What our own environment has in the variable; null for nothing.</param>
public sealed class InstanceCookie(long startedAtUnixMilliseconds, string? outer = null)
{
    public const string Variable = "MCP_INIT_INSTANCE";

    /// <summary>So many inits within one another are named; beyond that the outermost are dropped.</summary>
    private const int MostNamed = 8;

    /// <summary>More than <c>mcp-</c>, a hyphen and two numbers of 64 bits take: what is longer no init wrote.</summary>
    private const int MostOfOne = 48;

    private readonly string _outer = string.Concat((outer ?? "").Split(',')
        .Where(one => one.Length is > 0 and <= MostOfOne).TakeLast(MostNamed - 1).Select(one => one + ","));

    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"mcp-{startedAtUnixMilliseconds}-");

    public string Of(long run) => _outer + _prefix + run.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of the run that an environment names, 0 where it names none of ours.</summary>
    public long RunOf(ReadOnlySpan<byte> environ)
    {
        var value = Environ.Find(environ, "MCP_INIT_INSTANCE="u8);
        Span<byte> prefix = stackalloc byte[64];
        prefix = prefix[..Encoding.ASCII.GetBytes(_prefix, prefix)];
        foreach (var range in value.Split((byte)','))
            if (value[range] is var one && one.StartsWith(prefix) && DecimalText.TryRead(one[prefix.Length..], long.MaxValue, out var run))
                return (long)run;
        return 0;
    }
}
