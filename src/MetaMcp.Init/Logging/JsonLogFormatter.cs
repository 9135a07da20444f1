using System.Buffers;
using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MetaMcp.Init.Logging;

/// <summary>
/// One object a line: <c>{"time":"…Z","level":"info","id":102,"event":"ServiceReady","message":"…","values":{…}}</c>, and
/// <c>"exception"</c> if there is one. The id and the event stay the same when a text is reworded.
/// </summary>
internal sealed class JsonLogFormatter() : ConsoleFormatter("mcp-init-json")
{
    /// <summary>The name under which the template is among the values.</summary>
    private const string Template = "{OriginalFormat}";

    private readonly ArrayBufferWriter<byte> _json = new();

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        _json.ResetWrittenCount();
        _json.Write("{\"time\":\""u8);
        LineTime.OfUtc(DateTime.UtcNow).AppendPrecisely(_json);
        _json.Write("\",\"level\":\""u8);
        JsonText.Append(LogLevels.Name(logEntry.LogLevel), _json);
        _json.Write("\",\"id\":"u8);
        JsonText.Append(logEntry.EventId.Id.ToString(CultureInfo.InvariantCulture), _json);
        AppendText(",\"event\":"u8, logEntry.EventId.Name ?? "");
        AppendText(",\"message\":"u8, logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.State is IReadOnlyList<KeyValuePair<string, object?>> values)
            AppendValues(values);
        if (logEntry.Exception is { } exception)
            AppendText(",\"exception\":"u8, exception.ToString());
        _json.Write("}\n"u8);
        textWriter.Write(Encoding.UTF8.GetString(_json.WrittenSpan));
    }

    private void AppendValues(IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        var separator = ",\"values\":{"u8;
        foreach (var (name, value) in values)
        {
            if (name == Template)
                continue;
            _json.Write(separator);
            separator = ","u8;
            // Templates have their placeholders in Pascal case, JSON its members in camel case.
            AppendText([], char.ToLowerInvariant(name[0]) + name[1..]);
            _json.Write(":"u8);
            AppendValue(value);
        }
        if (separator.Length == 1)
            _json.Write("}"u8);
    }

    private void AppendValue(object? value)
    {
        switch (value)
        {
            case null:
                _json.Write("null"u8);
                break;
            case bool flag:
                _json.Write(flag ? "true"u8 : "false"u8);
                break;
            case Counted count:
                JsonText.Append(count.Number.ToString(CultureInfo.InvariantCulture), _json);
                break;
            case int or long:
            case double number when double.IsFinite(number):
                JsonText.Append(value.ToString(), _json);
                break;
            default:
                AppendText([], value.ToString() ?? "");
                break;
        }
    }

    private void AppendText(ReadOnlySpan<byte> before, string text)
    {
        _json.Write(before);
        _json.Write("\""u8);
        JsonText.Append(text, _json);
        _json.Write("\""u8);
    }
}
