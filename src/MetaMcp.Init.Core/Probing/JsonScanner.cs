namespace MetaMcp.Init.Core.Probing;

/// <summary>
/// Reads JSON (RFC 8259) without building objects: enough to find the members of an object, and to tell a whole document from a
/// truncated one. Nesting is counted, without recursion, so depth costs nothing. In skipped values only strings and brackets are
/// examined; strings stay as they are written.
/// </summary>
internal ref struct JsonScanner(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    private static ReadOnlySpan<byte> StringsAndBrackets => "\"{}[]"u8;

    /// <summary>Enters the object that must come next.</summary>
    public bool TryEnter() => TryTake((byte)'{');

    /// <summary>The next member of the object that was entered; false at its end, and if the text is broken.</summary>
    /// <param name="isFirst">The first member has no comma before it.</param>
    /// <param name="name">The text between its quotes.</param>
    /// <param name="value">The text as it is written.</param>
    /// <param name="isBroken">There is no member, and no end either.</param>
    public bool TryMember(bool isFirst, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out bool isBroken)
    {
        name = value = default;
        isBroken = false;
        if (TryTake((byte)'}'))
            return false;
        var isWhole = (isFirst || TryTake((byte)',')) && TryNamed(out name, out value);
        isBroken = !isWhole;
        return isWhole;
    }

    /// <summary>Enters the array that must come next.</summary>
    public bool TryEnterArray() => TryTake((byte)'[');

    /// <summary>The next element of the array that was entered; false at its end, and if the text is broken.</summary>
    /// <param name="isFirst">The first element has no comma before it.</param>
    /// <param name="value">The text as it is written.</param>
    /// <param name="isBroken">There is no element, and no end either.</param>
    public bool TryElement(bool isFirst, out ReadOnlySpan<byte> value, out bool isBroken)
    {
        value = default;
        isBroken = false;
        if (TryTake((byte)']'))
            return false;
        var isWhole = (isFirst || TryTake((byte)',')) && TryValue(out value);
        isBroken = !isWhole;
        return isWhole;
    }

    /// <summary>Nothing but white space is left.</summary>
    public bool IsAtEnd()
    {
        SkipSpace();
        return _rest.IsEmpty;
    }

    private bool TryNamed(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryString(out name) && TryTake((byte)':') && TryValue(out value);
    }

    private bool TryValue(out ReadOnlySpan<byte> value)
    {
        SkipSpace();
        var start = _rest;
        value = default;
        if (start.IsEmpty)
            return false;
        if (start[0] == '"')
        {
            if (!TryString(out _))
                return false;
        }
        else if (start[0] is (byte)'{' or (byte)'[')
        {
            if (!TrySkipBrackets())
                return false;
        }
        else
        {
            // A number, true, false or null: up to the first character that cannot belong to it.
            var end = 0;
            while (end < start.Length && (char.IsAsciiLetterOrDigit((char)start[end]) || start[end] is (byte)'-' or (byte)'+' or (byte)'.'))
                end++;
            if (end == 0)
                return false;
            _rest = start[end..];
        }
        value = start[..^_rest.Length];
        return true;
    }

    private bool TrySkipBrackets()
    {
        var depth = 0;
        while (true)
        {
            while (!_rest.IsEmpty && !StringsAndBrackets.Contains(_rest[0]))
                _rest = _rest[1..];
            if (_rest.IsEmpty)
                return false;
            var found = _rest[0];
            if (found == '"')
            {
                if (!TryString(out _))
                    return false;
                continue;
            }
            _rest = _rest[1..];
            depth += found is (byte)'{' or (byte)'[' ? 1 : -1;
            if (depth == 0)
                return true;
        }
    }

    private bool TryString(out ReadOnlySpan<byte> content)
    {
        content = default;
        if (!TryTake((byte)'"'))
            return false;
        for (var i = 0; i < _rest.Length; i++)
        {
            if (_rest[i] == '\\')
                i++;
            else if (_rest[i] == '"')
            {
                content = _rest[..i];
                _rest = _rest[(i + 1)..];
                return true;
            }
        }
        return false;
    }

    private bool TryTake(byte value)
    {
        SkipSpace();
        if (_rest.IsEmpty || _rest[0] != value)
            return false;
        _rest = _rest[1..];
        return true;
    }

    private void SkipSpace()
    {
        while (!_rest.IsEmpty && AsciiBytes.IsSpace(_rest[0]))
            _rest = _rest[1..];
    }
}
