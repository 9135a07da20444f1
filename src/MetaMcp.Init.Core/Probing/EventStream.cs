namespace MetaMcp.Init.Core.Probing;

/// <summary>
/// Server-sent events in the form that MCP uses (HTML Standard, section 9.2.6): only the data of events of the type <c>message</c>,
/// which is also the type if none is named. Comments, ids and empty events, with which servers begin a stream that can be resumed,
/// are ignored.
/// </summary>
internal sealed class EventStream
{
    private readonly ByteBuffer _line = new(HttpAnswer.MaxBody);
    private readonly ByteBuffer _data = new(HttpAnswer.MaxBody);
    private bool _hasData;
    private bool _isMessage = true;
    private bool _isGiven;
    private bool _afterReturn;

    /// <summary>The data of the event that was completed, until the next byte.</summary>
    public ReadOnlySpan<byte> Data => _data.Span;

    /// <summary>True if this byte completes an event.</summary>
    public bool Add(byte value)
    {
        if (_isGiven)
            Forget();
        // CR, LF and CRLF all end a line.
        var isSecondHalf = _afterReturn && value == '\n';
        _afterReturn = value == '\r';
        if (isSecondHalf)
            return false;
        if (value is not ((byte)'\r' or (byte)'\n'))
        {
            // The whole body is no longer than the buffer.
            _ = _line.TryAdd(value);
            return false;
        }
        if (_line.Length > 0)
        {
            Field(_line.Span);
            _line.Clear();
            return false;
        }
        _isGiven = true;
        return _isMessage && _data.Length > 0;
    }

    private void Field(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("\uFEFF"u8))
            line = line[3..];
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? [] : line[(colon + 1)..];
        if (value.StartsWith(" "u8))
            value = value[1..];
        if (name.SequenceEqual("event"u8))
            _isMessage = value.IsEmpty || value.SequenceEqual("message"u8);
        if (!name.SequenceEqual("data"u8))
            return;
        if (_hasData)
            _ = _data.TryAdd((byte)'\n');
        foreach (var one in value)
            _ = _data.TryAdd(one);
        _hasData = true;
    }

    private void Forget()
    {
        _data.Clear();
        _hasData = _isGiven = false;
        _isMessage = true;
    }
}
