using System.Buffers;
using System.Collections.Immutable;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Control;

/// <summary>
/// Requests as lines of JSON. Reading is strict in all that is known and ignores members that are not, so that a client may be newer than
/// its init. No problem repeats the text.
/// </summary>
public static class ControlFrames
{
    /// <summary>The longest request, in bytes with its newline.</summary>
    public const int Most = 4096;

    /// <summary>The most names of one request.</summary>
    public const int MostNames = 64;

    /// <summary>The line, which ends with a newline; longer than <see cref="Most"/> if the names are, and then it is refused.</summary>
    public static byte[] Encode(ControlRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var buffer = new ArrayBufferWriter<byte>(128);
        var json = new JsonWriter(buffer, isOneLine: true);
        json.WriteStartObject();
        json.WriteString("verb", ControlVerbs.Word(request.Verb));
        if (!request.Names.IsEmpty)
        {
            json.WriteStartArray("names");
            foreach (var name in request.Names)
                json.WriteStringValue(name);
            json.WriteEndArray();
        }
        if (request.Since is { } since)
            json.WriteNumber("since", since);
        if (request.Lines is { } lines)
            json.WriteNumber("lines", lines);
        if (request.IsFollowing)
            json.WriteBoolean("follow", true);
        if (request.IsAlive)
            json.WriteString("level", "alive");
        if (request.Signal is { } signal)
            json.WriteString("signal", signal.ToString());
        if (request.IsEmergency)
            json.WriteBoolean("emergency", true);
        json.WriteEndObject();
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Null if the line is refused.</summary>
    /// <param name="line">With or without its newline.</param>
    /// <param name="isRequest">Whether it is a request at all: an object whose verb is one of these.</param>
    /// <param name="problem">Why it is refused; empty if it is not.</param>
    public static ControlRequest? Read(ReadOnlySpan<byte> line, out bool isRequest, out string problem)
    {
        var reader = new FrameReader(line, Most);
        var verb = ControlVerbs.Find(reader.Text("verb"));
        isRequest = verb is not null;
        problem = reader.Problem ?? "the verb is not known";
        if (verb is not { } known)
            return null;
        var request = new ControlRequest(known)
        {
            Names = reader.Has("names") ? ReadNames(ref reader) : [],
            Since = reader.Has("since") ? reader.Number("since", 0, long.MaxValue) : null,
            Lines = reader.Has("lines") ? (int)reader.Number("lines", 0, int.MaxValue) : null,
            IsFollowing = reader.Has("follow") && reader.Boolean("follow"),
            IsAlive = reader.Has("level") && ReadLevel(ref reader),
            Signal = reader.Has("signal") ? ReadSignal(ref reader) : null,
            IsEmergency = reader.Has("emergency") && reader.Boolean("emergency"),
        };
        if (ControlVerbs.NeedsNames(known) && request.Names.IsEmpty)
            reader.Refuse("names has no name");
        if (known == ControlVerb.Signal && request.Signal is null)
            reader.Refuse("signal is missing");
        problem = reader.Problem ?? "";
        return reader.Problem is null ? request : null;
    }

    private static ImmutableArray<string> ReadNames(ref FrameReader reader)
    {
        var names = reader.Texts("names", isShown: true);
        if (names.Length > MostNames)
            reader.Refuse($"names has more than {MostNames} names");
        return names;
    }

    private static bool ReadLevel(ref FrameReader reader)
    {
        switch (reader.Text("level"))
        {
            case "alive":
                return true;
            case "ready":
                return false;
            default:
                reader.Refuse("level is neither alive nor ready");
                return false;
        }
    }

    private static Signal? ReadSignal(ref FrameReader reader)
    {
        if (Signal.TryParse(reader.Text("signal"), out var signal))
            return signal;
        reader.Refuse("signal is not known");
        return null;
    }
}
