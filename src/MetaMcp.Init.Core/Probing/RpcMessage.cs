using System.Text;

namespace MetaMcp.Init.Core.Probing;

/// <summary>The meaning of a JSON-RPC message for a client that has sent one request (JSON-RPC 2.0, section 5).</summary>
public sealed class RpcMessage
{
    // The server's text stands in one line of a log.
    private const int LongestText = 160;

    private RpcMessage(RpcKind kind) => Kind = kind;

    public RpcKind Kind { get; }

    /// <summary>The code of an error; 0 if it has none.</summary>
    public int Code { get; private init; }

    /// <summary>Of an error: printable, cut short, escapes as they were written.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Whether it has the id of our request. An error may have none, if the server could not read the id.</summary>
    public bool NamesUs { get; private init; }

    /// <summary>The version in the result of <c>initialize</c>; null if there is none that a header could carry.</summary>
    public string? ProtocolVersion { get; private init; }

    /// <param name="json">The whole message.</param>
    /// <param name="id">The id of our request: a number, so the same digits in quotes are another id.</param>
    public static RpcMessage Parse(ReadOnlySpan<byte> json, int id)
    {
        var text = new JsonScanner(json);
        ReadOnlySpan<byte> result = default;
        ReadOnlySpan<byte> error = default;
        ReadOnlySpan<byte> theirs = default;
        var hasMethod = false;
        var isBroken = !text.TryEnter();
        for (var isFirst = true; !isBroken && text.TryMember(isFirst, out var name, out var value, out isBroken); isFirst = false)
        {
            if (name.SequenceEqual("id"u8))
                theirs = value;
            else if (name.SequenceEqual("result"u8))
                result = value;
            else if (name.SequenceEqual("error"u8))
                error = value;
            else if (name.SequenceEqual("method"u8))
                hasMethod = true;
        }
        if (isBroken || !text.IsAtEnd())
            return new RpcMessage(RpcKind.Malformed);
        // Serializers of other versions write the absent member as null; in MCP both members are objects.
        var isResult = result.StartsWith("{"u8);
        var isError = error.StartsWith("{"u8);
        var isNobodys = theirs.IsEmpty || theirs.SequenceEqual("null"u8);
        var isOurs = AsciiBytes.Number(theirs) == id;
        if (hasMethod || isResult == isError)
            return new RpcMessage(RpcKind.Other);
        if (isResult)
            return new RpcMessage(isOurs ? RpcKind.Result : RpcKind.Other)
            {
                NamesUs = isOurs, ProtocolVersion = isOurs ? VersionIn(result) : null,
            };
        return isOurs || isNobodys ? Error(error, isOurs) : new RpcMessage(RpcKind.Other);
    }

    private static RpcMessage Error(ReadOnlySpan<byte> error, bool isOurs)
    {
        var digits = Member(error, "code"u8);
        var isNegative = digits.StartsWith("-"u8);
        var code = AsciiBytes.Number(isNegative ? digits[1..] : digits);
        // A number of unusual size is not shown.
        return new RpcMessage(RpcKind.Error)
        {
            Code = code is < 0 or > int.MaxValue ? 0 : (int)(isNegative ? -code : code),
            Text = Printable(Unquoted(Member(error, "message"u8))),
            NamesUs = isOurs,
        };
    }

    private static string? VersionIn(ReadOnlySpan<byte> result)
    {
        var version = Unquoted(Member(result, "protocolVersion"u8));
        // All versions so far are dates. The version is sent back in a header, so it must not be able to end one.
        return version.Length is > 0 and <= 32 && AsciiBytes.IsVisible(version) ? Encoding.ASCII.GetString(version) : null;
    }

    private static ReadOnlySpan<byte> Member(ReadOnlySpan<byte> json, ReadOnlySpan<byte> wanted)
    {
        var text = new JsonScanner(json);
        _ = text.TryEnter();
        ReadOnlySpan<byte> found = default;
        for (var isFirst = true; text.TryMember(isFirst, out var name, out var value, out _); isFirst = false)
        {
            if (name.SequenceEqual(wanted))
                found = value;
        }
        return found;
    }

    private static ReadOnlySpan<byte> Unquoted(ReadOnlySpan<byte> value) => value.StartsWith("\""u8) ? value[1..^1] : default;

    private static string Printable(ReadOnlySpan<byte> text)
    {
        var shown = text.Length > LongestText ? LongestText : text.Length;
        var characters = new char[shown];
        for (var i = 0; i < shown; i++)
            characters[i] = text[i] is >= (byte)' ' and <= (byte)'~' ? (char)text[i] : '?';
        return shown < text.Length ? $"{new string(characters)}…" : new string(characters);
    }
}
