using System.Globalization;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Membership;

/// <summary>
/// What every process of a run has in its environment, unless it was started with another: <c>mcp-MS-RUN-TOKEN</c>, our own start in
/// milliseconds since 1970, the run's number, and a token of 16 hexadecimal digits that cannot be guessed, so that no process can
/// pretend to be of another's run. The token is a keyed hash of the number: one of a run that is over is known without being kept.
/// An init within a service of another one has a start of its own, and writes itself behind what it finds, separated by a comma:
/// what it starts is of the outer one's run too, should it be killed itself.
/// </summary>
/// <param name="startedAtUnixMilliseconds">Our own start.</param>
/// <param name="key">16 random bytes, drawn at our start.</param>
/// <param name="outer">What our own environment has in the variable; null for nothing.</param>
public sealed class InstanceCookie(long startedAtUnixMilliseconds, ReadOnlySpan<byte> key, string? outer = null)
{
    public const string Variable = "MCP_INIT_INSTANCE";

    /// <summary>So many inits within one another are named; beyond that the outermost are dropped.</summary>
    private const int MostNamed = 8;

    /// <summary>More than <c>mcp-</c>, two hyphens, two numbers of 63 bits and a token take: what is longer no init wrote.</summary>
    private const int MostOfOne = 64;

    private const int TokenDigits = 16;

    private readonly string _outer = string.Concat((outer ?? "").Split(',')
        .Where(one => one.Length is > 0 and <= MostOfOne).TakeLast(MostNamed - 1).Select(one => one + ","));

    private readonly InstanceIds _ids = new(startedAtUnixMilliseconds);
    private readonly SipHash _tokens = new(key);

    public string Of(long run) => string.Create(CultureInfo.InvariantCulture, $"{_outer}{_ids.Of(run)}-{_tokens.Of((ulong)run):x16}");

    /// <summary>The number of the run that an environment names with its token, 0 where it names none of ours.</summary>
    public long RunOf(ReadOnlySpan<byte> environ)
    {
        var value = Environ.Find(environ, "MCP_INIT_INSTANCE="u8);
        foreach (var range in value.Split((byte)','))
            if (RunWithToken(value[range]) is > 0 and var run)
                return run;
        return 0;
    }

    private long RunWithToken(ReadOnlySpan<byte> text)
    {
        var hyphen = text.LastIndexOf((byte)'-');
        if (hyphen < 0 || text.Length != hyphen + 1 + TokenDigits || _ids.SequenceOf(text[..hyphen]) is not (> 0 and var run))
            return 0;
        ulong token = 0;
        foreach (var digit in text[(hyphen + 1)..])
        {
            if (!char.IsAsciiHexDigitLower((char)digit))
                return 0;
            token = (token << 4) + (ulong)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
        }
        return token == _tokens.Of((ulong)run) ? run : 0;
    }
}
