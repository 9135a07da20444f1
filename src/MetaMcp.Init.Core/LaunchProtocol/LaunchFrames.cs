using System.Buffers;
using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.LaunchProtocol;

/// <summary>
/// The protocol between a shim and PID 1: one JSON object a line. Reading is strict in all that is known (types, ranges, lengths,
/// control characters) and ignores members that are not, so that a shim may be newer than its init. No problem repeats the text.
/// </summary>
public static class LaunchFrames
{
    /// <summary>The longest line from a shim, in bytes with its newline.</summary>
    public const int MostFromClient = 4096;

    /// <summary>The longest line to a shim. A grant may be longer, since the file decides: then it cannot be sent.</summary>
    public const int MostToClient = 65536;

    /// <summary>Of the instances that hold the places, more are only counted.</summary>
    public const int MostHolders = 32;

    /// <summary>The line, which ends with a newline.</summary>
    public static byte[] Encode(ClientFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var buffer = new ArrayBufferWriter<byte>(128);
        var json = new JsonWriter(buffer, isOneLine: true);
        json.WriteStartObject();
        switch (frame)
        {
            case ClientFrame.Launch launch:
                json.WriteString("verb", "launch");
                if (launch.Name is { } name)
                    json.WriteString("name", name);
                if (launch.Package is { } package)
                    json.WriteString("package", package);
                json.WriteString("program", launch.Program);
                break;
            case ClientFrame.Place place:
                json.WriteString("verb", "place");
                json.WriteNumber("pid", place.Pid);
                if (place.Unwrapping is { } unwrapping)
                    json.WriteString("unwrap", unwrapping);
                break;
            case ClientFrame.Exited exited:
                json.WriteString("verb", "exited");
                json.WriteNumber("code", exited.Status.Code ?? 0);
                json.WriteNumber("signal", exited.Status.Signal.Number);
                json.WriteBoolean("core", exited.Status.DumpedCore);
                json.WriteBoolean("asked", exited.IsAsked);
                break;
            case ClientFrame.Idle idle:
                json.WriteString("verb", "idle");
                json.WriteBoolean("idle", idle.IsIdle);
                break;
            default:
                json.WriteString("verb", frame is ClientFrame.Closed ? "closed" : "started");
                break;
        }
        return End(json, buffer);
    }

    /// <summary>The line, which ends with a newline. Longer than <see cref="MostToClient"/> only if a grant is.</summary>
    public static byte[] Encode(InitFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var buffer = new ArrayBufferWriter<byte>(256);
        var json = new JsonWriter(buffer, isOneLine: true);
        json.WriteStartObject();
        switch (frame)
        {
            case InitFrame.Granted granted:
                json.WriteString("answer", "granted");
                GrantText.Write(json, granted.Grant);
                break;
            case InitFrame.Waiting waiting:
                Reasoned(json, "waiting", waiting.Reason);
                break;
            case InitFrame.Refused refused:
                json.WriteString("answer", "refused");
                json.WriteString("code", RefusalCodes.Word(refused.Code));
                json.WriteString("reason", refused.Reason);
                WriteHolders(json, refused.Holders);
                break;
            case InitFrame.Ending ending:
                Reasoned(json, "ending", ending.Reason);
                break;
            case InitFrame.Ended ended:
                Reasoned(json, "ended", ended.Reason);
                break;
            default:
                json.WriteString("answer", "go");
                break;
        }
        return End(json, buffer);
    }

    /// <summary>A line of a shim; null if it is refused.</summary>
    /// <param name="line">With or without its newline.</param>
    /// <param name="problem">Why it is refused, for the log; empty if it is not.</param>
    public static ClientFrame? ReadClient(ReadOnlySpan<byte> line, out string problem)
    {
        var reader = new FrameReader(line, MostFromClient);
        ClientFrame? frame = reader.Text("verb") switch
        {
            "launch" => ReadLaunch(ref reader),
            "place" => new ClientFrame.Place((int)reader.Number("pid", 1, int.MaxValue), ReadSentence(ref reader, "unwrap")),
            "closed" => new ClientFrame.Closed(),
            "idle" => new ClientFrame.Idle(reader.Boolean("idle")),
            "started" => new ClientFrame.Started(),
            "exited" => ReadExit(ref reader),
            _ => null,
        };
        if (frame is null)
            reader.Refuse("the verb is not known");
        problem = reader.Problem ?? "";
        return reader.Problem is null ? frame : null;
    }

    /// <summary>A line of PID 1; null if it is refused.</summary>
    /// <param name="line">With or without its newline.</param>
    /// <param name="problem">Why it is refused; empty if it is not.</param>
    public static InitFrame? ReadInit(ReadOnlySpan<byte> line, out string problem)
    {
        var reader = new FrameReader(line, MostToClient);
        InitFrame? frame = reader.Text("answer") switch
        {
            "granted" => new InitFrame.Granted(GrantText.Read(ref reader)),
            "waiting" => new InitFrame.Waiting(reader.Text("reason")),
            "refused" => new InitFrame.Refused(ReadCode(ref reader), reader.Text("reason"), reader.Texts("holders", isShown: true)),
            "go" => new InitFrame.Go(),
            "ending" => new InitFrame.Ending(reader.Text("reason")),
            "ended" => new InitFrame.Ended(reader.OptionalText("reason")),
            _ => null,
        };
        if (frame is null)
            reader.Refuse("the answer is not known");
        problem = reader.Problem ?? "";
        return reader.Problem is null ? frame : null;
    }

    private static ClientFrame.Launch ReadLaunch(ref FrameReader reader)
    {
        // The rule of names says more of a control character than the reader does.
        var name = reader.OptionalText("name", isShown: false);
        var package = reader.OptionalText("package", isShown: false);
        // Its control characters are replaced, not refused: it is only shown. Empty: the client gave no command.
        var program = reader.Text("program", isShown: false) is { Length: > 0 } given ? LaunchNames.Program(given) : "";
        if (name is null == package is null)
            reader.Refuse("a launch has either a name or a package");
        else if (LaunchNames.Problem(name ?? package!) is { } problem)
            reader.Refuse($"the {(name is null ? "package" : "name")} cannot be used: {problem}");
        return new ClientFrame.Launch(name, package, program);
    }

    /// <summary>As the name of a program, it is only shown: it is made safe, not refused.</summary>
    private static string? ReadSentence(ref FrameReader reader, string name) =>
        reader.OptionalText(name, isShown: false) is { Length: > 0 } sentence ? LaunchNames.Sentence(sentence) : null;

    private static ClientFrame.Exited ReadExit(ref FrameReader reader)
    {
        var code = (int)reader.Number("code", 0, 255);
        var signal = (int)reader.Number("signal", 0, Signal.Max);
        var dumpedCore = reader.Boolean("core");
        var status = signal == 0 ? ExitStatus.Exited(code) : ExitStatus.KilledBy(Signal.FromNumber(signal), dumpedCore);
        return new ClientFrame.Exited(status, reader.Boolean("asked"));
    }

    private static RefusalCode ReadCode(ref FrameReader reader)
    {
        if (!RefusalCodes.TryRead(reader.Text("code"), out var code))
            reader.Refuse("the code is not known");
        return code;
    }

    private static void Reasoned(JsonWriter json, string answer, string? reason)
    {
        json.WriteString("answer", answer);
        if (reason is null)
            json.WriteNull("reason");
        else
            json.WriteString("reason", reason);
    }

    internal static void WriteHolders(JsonWriter json, ImmutableArray<string> holders)
    {
        json.WriteStartArray("holders");
        for (var i = 0; i < holders.Length && i < MostHolders; i++)
            json.WriteStringValue(holders[i]);
        if (holders.Length > MostHolders)
            json.WriteStringValue($"and {holders.Length - MostHolders} more");
        json.WriteEndArray();
    }

    private static byte[] End(JsonWriter json, ArrayBufferWriter<byte> buffer)
    {
        json.WriteEndObject();
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
