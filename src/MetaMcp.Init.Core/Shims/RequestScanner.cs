namespace MetaMcp.Init.Core.Shims;

/// <summary>The place in the input that a <see cref="RequestScanner"/> has come to.</summary>
public enum ScannerStop
{
    /// <summary>The end of the bytes.</summary>
    InputEnd,

    /// <summary>The end of a request, whose id is <see cref="RequestScanner.Id"/>.</summary>
    Request,

    /// <summary>The end of a batch in which there was a request.</summary>
    BatchEnd,
}

/// <summary>
/// Finds the ids of JSON-RPC requests in a stream of lines, byte by byte and without keeping a line: a message may have many megabytes
/// and takes no more memory than a short one. A batch (an array of messages, allowed from 2024-11-05 to 2025-03-26) is read too.
/// Notifications, responses and broken lines have no stop. Only the outermost members of a message are looked at.
/// </summary>
public sealed class RequestScanner
{
    /// <summary>A longer id, and its request, is passed over: clients count, or draw a UUID.</summary>
    public const int MostOfId = 1024;

    private const int MostOfKey = 8;

    private enum Member { Other, Id, Method }

    private readonly byte[] _id = new byte[MostOfId];
    private readonly byte[] _key = new byte[MostOfKey];
    private int _idLength;
    private int _keyLength;
    private int _depth;
    private bool _isBatch;
    private bool _isInMessage;
    private bool _isInString;
    private bool _isEscaped;
    private bool _isKeyNext;
    private bool _isKey;
    private bool _isDone;
    private bool _hasMethod;
    private bool _isIdUsable;
    private bool _hasText;
    private bool _isMessage;
    private Member _member;

    /// <summary>As it is written, with its quotes if it has some.</summary>
    public ReadOnlySpan<byte> Id => _id.AsSpan(0, _idLength);

    public bool IsBatch => _isBatch;

    /// <summary>The requests of this line so far, the present one included.</summary>
    public int Requests { get; private set; }

    /// <summary>Some line was neither empty nor a message, nor a batch of them.</summary>
    public bool HasForeignLine { get; private set; }

    /// <summary>Reads up to the next stop; returns the number of bytes that were read.</summary>
    public int Read(ReadOnlySpan<byte> input, out ScannerStop stop)
    {
        for (var at = 0; at < input.Length; at++)
        {
            stop = Take(input[at]);
            if (stop != ScannerStop.InputEnd)
                return at + 1;
        }
        stop = ScannerStop.InputEnd;
        return input.Length;
    }

    private ScannerStop Take(byte value)
    {
        if (value == '\n')
            return EndLine();
        _hasText |= value is not ((byte)' ' or (byte)'\t' or (byte)'\r');
        if (_isDone)
            return ScannerStop.InputEnd;
        if (_isInString)
        {
            TakeOfString(value);
            return ScannerStop.InputEnd;
        }
        switch (value)
        {
            case (byte)'"':
                BeginString();
                break;
            case (byte)'{' or (byte)'[':
                Open(value);
                break;
            case (byte)'}' or (byte)']':
                return Close();
            case (byte)',' when IsAtMembers:
                (_isKeyNext, _member) = (true, Member.Other);
                break;
            case (byte)':' when IsAtMembers:
                BeginValue();
                break;
            case (byte)' ' or (byte)'\t' or (byte)'\r':
                break;
            default:
                if (IsAtMembers && _member == Member.Id)
                    TakeOfId(
                        value, char.IsAsciiDigit((char)value) || value is (byte)'-' or (byte)'+' or (byte)'.' or (byte)'e' or (byte)'E');
                break;
        }
        return ScannerStop.InputEnd;
    }

    private bool IsAtMembers => _isInMessage && _depth == (_isBatch ? 2 : 1);

    /// <summary>A line end is in no string of JSON, so it ends a broken message too.</summary>
    private ScannerStop EndLine()
    {
        var isOpenBatch = _isBatch && Requests > 0;
        HasForeignLine |= _hasText && !_isMessage;
        (_hasText, _isMessage) = (false, false);
        (_depth, _isBatch, _isInMessage, _isInString, _isDone, Requests) = (0, false, false, false, false, 0);
        return isOpenBatch ? ScannerStop.BatchEnd : ScannerStop.InputEnd;
    }

    private void Open(byte bracket)
    {
        if (_depth == 0 && bracket == '[')
            _isBatch = true;
        else if (bracket == '{' && _depth == (_isBatch ? 1 : 0))
            (_isInMessage, _isKeyNext, _hasMethod, _isIdUsable, _idLength, _member) = (true, true, false, false, 0, Member.Other);
        else if (IsAtMembers && _member == Member.Id)
            TakeOfId(bracket, isFit: false);
        _depth++;
    }

    private ScannerStop Close()
    {
        var isRequest = IsAtMembers && _hasMethod && _isIdUsable && _idLength > 0;
        if (IsAtMembers)
            _isInMessage = false;
        if (_depth > 0)
            _depth--;
        _isDone = _depth == 0;
        if (isRequest)
        {
            Requests++;
            return ScannerStop.Request;
        }
        return _isDone ? EndBatch() : ScannerStop.InputEnd;
    }

    private ScannerStop EndBatch()
    {
        var isAnswered = _isBatch && Requests > 0;
        (_isBatch, Requests) = (false, 0);
        return isAnswered ? ScannerStop.BatchEnd : ScannerStop.InputEnd;
    }

    private void BeginString()
    {
        (_isInString, _isEscaped, _isKey) = (true, false, IsAtMembers && _isKeyNext);
        if (_isKey)
            _keyLength = 0;
        else if (IsAtMembers && _member == Member.Id)
            TakeOfId((byte)'"', isFit: true);
        else if (IsAtMembers && _member == Member.Method)
            _hasMethod = true;
    }

    private void TakeOfString(byte value)
    {
        var isEnd = value == '"' && !_isEscaped;
        _isEscaped = value == '\\' && !_isEscaped;
        _isInString = !isEnd;
        if (_isKey && !isEnd)
        {
            if (_keyLength < MostOfKey)
                _key[_keyLength] = value;
            _keyLength++;
        }
        else if (!_isKey && IsAtMembers && _member == Member.Id)
            TakeOfId(value, isFit: true);
    }

    private void BeginValue()
    {
        var key = _key.AsSpan(0, Math.Min(_keyLength, MostOfKey));
        _isKeyNext = false;
        _isMessage |= key.SequenceEqual("jsonrpc"u8) || key.SequenceEqual("method"u8) || key.SequenceEqual("id"u8);
        _member = key.SequenceEqual("id"u8) ? Member.Id
            : key.SequenceEqual("method"u8) ? Member.Method
            : Member.Other;
        if (_member == Member.Id)
            (_idLength, _isIdUsable) = (0, true);
    }

    private void TakeOfId(byte value, bool isFit)
    {
        _isIdUsable &= isFit && _idLength < MostOfId;
        if (_isIdUsable)
            _id[_idLength++] = value;
    }
}
