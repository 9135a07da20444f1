namespace MetaMcp.Init.Core.Probing;

/// <summary>
/// The status of an HTTP/1 answer as it arrives, in pieces of any length. Interim answers, which have a status of 100 or 102 to 199
/// (103 Early Hints), are skipped with their headers (RFC 9110, section 15.2), up to a limited number. 101 is final: no HTTP follows
/// it.
/// </summary>
public sealed class FinalStatus
{
    private readonly ByteBuffer _line = new(StatusLine.MaxLength);
    private bool _isInHeader;
    private int _headLength;
    private int _fieldLength;
    private int _interim;

    /// <summary>The code, 101 or 200 to 999; 0 while it is not there.</summary>
    public int Code { get; private set; }

    /// <summary>The last informational code that was passed over; 0 for none.</summary>
    public int LastInterim { get; private set; }

    /// <summary>The server's mistake, to follow its name in a message; null if there is none.</summary>
    public string? Problem { get; private set; }

    public bool IsDone => Code > 0 || Problem is not null;

    /// <summary>Takes the bytes that have arrived.</summary>
    public void Add(ReadOnlySpan<byte> received)
    {
        foreach (var value in received)
        {
            if (IsDone)
                return;
            if (++_headLength > HttpHead.MaxLength)
                Problem = "answered with heads of more than 64 KiB";
            else if (_isInHeader)
                Skip(value);
            else if (!_line.TryAdd(value))
                Problem = "answered something that is not HTTP/1";
            else if (value == '\n')
                Judge();
        }
        // If the bytes cannot become a status line, there is no need to wait for more.
        if (!IsDone && !_isInHeader && StatusLine.Parse(_line.Span) is StatusLine.Malformed)
            Problem = "answered something that is not HTTP/1";
    }

    /// <summary>The server has closed the connection.</summary>
    public void End()
    {
        if (IsDone)
            return;
        Problem = LastInterim > 0 ? $"closed after an interim answer, {LastInterim}, without the final one"
            : _headLength == 0 ? "closed without an answer"
            : "closed in the middle of its status line";
    }

    private void Judge()
    {
        switch (StatusLine.Parse(_line.Span))
        {
            case StatusLine.Complete(var code) when !HttpHead.IsInterimStatus(code):
                Code = code;
                break;
            case StatusLine.Complete when ++_interim > HttpHead.MaxInterim:
                Problem = HttpHead.TooManyInterim;
                break;
            case StatusLine.Complete(var code):
                LastInterim = code;
                _line.Clear();
                (_isInHeader, _fieldLength) = (true, 0);
                break;
            case StatusLine.Malformed:
                Problem = "answered something that is not HTTP/1";
                break;
        }
    }

    /// <summary>Skips a header line; an empty line ends the headers.</summary>
    private void Skip(byte value)
    {
        if (value == '\n')
            (_isInHeader, _fieldLength) = (_fieldLength > 0, 0);
        else if (value != '\r')
            _fieldLength++;
    }
}
