using System.Buffers;
using System.Globalization;

namespace MetaMcp.Init.Core.Output;

/// <summary>
/// A JSON document for people and programs: indented by two spaces, in pure ASCII if its texts are. By hand, since System.Text.Json's
/// writer takes more memory and adds 74 KB to the binary (ARCHITECTURE: "JSON is written and read by").
/// </summary>
/// <param name="to">The buffer that it is appended to.</param>
/// <param name="isOneLine">Without line ends and indents, for protocols of one document a line.</param>
public sealed class JsonWriter(ArrayBufferWriter<byte> to, bool isOneLine = false)
{
    private int _depth;
    private bool _isFirst = true;
    private bool _isNamed;

    public void WriteStartObject() => Start((byte)'{');

    public void WriteStartObject(string name)
    {
        WritePropertyName(name);
        Start((byte)'{');
    }

    public void WriteEndObject() => End((byte)'}');

    public void WriteStartArray() => Start((byte)'[');

    public void WriteStartArray(string name)
    {
        WritePropertyName(name);
        Start((byte)'[');
    }

    public void WriteEndArray() => End((byte)']');

    public void WritePropertyName(string name)
    {
        Separate();
        Quote(name);
        to.Write(isOneLine ? ":"u8 : ": "u8);
        _isNamed = true;
    }

    public void WriteString(string name, string value)
    {
        WritePropertyName(name);
        WriteStringValue(value);
    }

    public void WriteStringValue(string value)
    {
        Separate();
        Quote(value);
    }

    public void WriteNumber(string name, long value)
    {
        WritePropertyName(name);
        Plain(value.ToString(CultureInfo.InvariantCulture));
    }

    /// <param name="name">The member.</param>
    /// <param name="value">Finite: JSON has no word for the others.</param>
    public void WriteNumber(string name, double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value));
        WritePropertyName(name);
        Plain(value.ToString(CultureInfo.InvariantCulture));
    }

    public void WriteBoolean(string name, bool value)
    {
        WritePropertyName(name);
        Plain(value ? "true" : "false");
    }

    public void WriteNull(string name)
    {
        WritePropertyName(name);
        Plain("null");
    }

    private void Start(byte bracket)
    {
        Separate();
        to.Write([bracket]);
        _depth++;
        _isFirst = true;
    }

    private void End(byte bracket)
    {
        _depth--;
        if (!_isFirst)
            NewLine();
        to.Write([bracket]);
        _isFirst = false;
    }

    private void Plain(string text)
    {
        Separate();
        JsonText.Append(text, to);
    }

    private void Quote(string text)
    {
        to.Write("\""u8);
        JsonText.Append(text, to);
        to.Write("\""u8);
    }

    /// <summary>Writes the separator to the previous element; none between a name and its value.</summary>
    private void Separate()
    {
        if (_isNamed)
        {
            _isNamed = false;
            return;
        }
        if (!_isFirst)
            to.Write(","u8);
        if (_depth > 0)
            NewLine();
        _isFirst = false;
    }

    private void NewLine()
    {
        if (isOneLine)
            return;
        to.Write("\n"u8);
        for (var i = 0; i < _depth; i++)
            to.Write("  "u8);
    }
}
