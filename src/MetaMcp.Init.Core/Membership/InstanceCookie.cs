using System.Globalization;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Membership;

/// <summary>
/// The value of MCP_INIT_INSTANCE, which every process of a run has in its environment unless it was started with another one:
/// <c>mcp-MS-RUN-TOKEN</c>, our own start in milliseconds since 1970, the run's number, and a token of 16 hexadecimal digits. The
/// token cannot be guessed, so no process can claim to belong to another service's run. It is a keyed hash of the number, so tokens
/// of runs that are over need not be kept. An init within a service of another init has a start time of its own, and appends its
/// value to the one that it finds, after a comma: the processes that it starts belong to the outer init's run too, in case the inner
/// init is killed.
/// </summary>
/// <param name="startedAtUnixMilliseconds">Our own start.</param>
/// <param name="key">16 random bytes, drawn at our start.</param>
/// <param name="outer">The value of the variable in our own environment; null for none.</param>
public sealed class InstanceCookie(long startedAtUnixMilliseconds, ReadOnlySpan<byte> key, string? outer = null)
{
    public const string Variable = "MCP_INIT_INSTANCE";

    /// <summary>The number of nested inits that are named; with more, the outermost are dropped.</summary>
    private const int MostNamed = 8;

    /// <summary>Longer than <c>mcp-</c>, two hyphens, two numbers of 63 bits and a token: no init wrote a longer value.</summary>
    private const int MostOfOne = 64;

    private const int TokenDigits = 16;

    private readonly string _outer = string.Concat((outer ?? "").Split(',')
        .Where(one => one.Length is > 0 and <= MostOfOne).TakeLast(MostNamed - 1).Select(one => one + ","));

    private readonly InstanceIds _ids = new(startedAtUnixMilliseconds);
    private readonly SipHash _tokens = new(key);

    public string Of(long run) => string.Create(CultureInfo.InvariantCulture, $"{_outer}{_ids.Of(run)}-{_tokens.Of((ulong)run):x16}");

    /// <summary>The id of a run, without the token.</summary>
    public string IdOf(long run) => _ids.Of(run);

    /// <summary>The number of the run that an environment names with its token; 0 if it names none of ours.</summary>
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
