namespace MetaMcp.Init.Core.Probing;

/// <summary>
/// One HTTP/1 answer as it arrives: the head, then the body without its framing (RFC 9112, sections 6 and 7). It takes the answer
/// byte by byte, so that the network's pieces make no difference, and refuses an answer larger than a probe expects.
/// </summary>
/// <remarks>
/// Head → (Counted | ChunkSize | UntilClose) → Complete; ChunkSize → ChunkData → ChunkEnd → ChunkSize. Any → Failed.
/// Trailers after the last chunk are not waited for.
/// </remarks>
public sealed class HttpAnswer
{
    /// <summary>Of the body without its framing.</summary>
    public const int MaxBody = 1024 * 1024;

    // Eight digits are 4 GB; the rest of the line is for extensions, which are not in use.
    private const int MaxChunkLine = 256;

    private readonly ByteBuffer _line = new(HttpHead.MaxLength);
    private readonly ByteBuffer _body = new(MaxBody);
    private Part _part;
    private int _headLength;
    private int _interim;
    private long _left;
    private bool _lineIsRead;

    private enum Part { Head, Counted, ChunkSize, ChunkData, ChunkEnd, UntilClose, Complete, Failed }

    /// <summary>The head, as far as it has arrived.</summary>
    public HttpHead Head { get; private set; } = new();

    public bool HasHead => _part is not (Part.Head or Part.Failed);

    public bool IsComplete => _part == Part.Complete;

    /// <summary>The server's mistake, to follow its name in a message; null if there is none.</summary>
    public string? Problem { get; private set; }

    /// <summary>The body as far as it has arrived.</summary>
    public ReadOnlySpan<byte> Body => _body.Span;

    /// <summary>
    /// Takes the bytes that have arrived, in pieces of any length. Bytes after the end or after a problem are ignored.
    /// </summary>
    public void Add(ReadOnlySpan<byte> received)
    {
        foreach (var value in received)
        {
            if (_part is Part.Complete or Part.Failed)
                return;
            Add(value);
        }
    }

    /// <summary>The server has closed the connection.</summary>
    public void End()
    {
        if (_part == Part.UntilClose)
            _part = Part.Complete;
        else if (_part is not (Part.Complete or Part.Failed))
            Fail(_part != Part.Head ? "closed in the middle of its answer"
                : _headLength == 0 ? "closed without an answer"
                : "closed in the middle of its head");
    }

    private void Add(byte value)
    {
        switch (_part)
        {
            case Part.Head:
                if (++_headLength > HttpHead.MaxLength)
                    Fail("answered with a head of more than 64 KiB");
                else if (IsLine(value))
                    HeadLine();
                break;
            case Part.Counted or Part.ChunkData:
                if (Keep(value) && --_left == 0)
                    _part = _part == Part.Counted ? Part.Complete : Part.ChunkEnd;
                break;
            case Part.ChunkSize:
                if (IsLine(value))
                    ChunkLine();
                else if (_line.Length > MaxChunkLine)
                    Fail("answered with a chunk whose size is none");
                break;
            case Part.ChunkEnd:
                if (!IsLine(value))
                    Check(_line.Length <= 1, "answered with a chunk longer than it said");
                else if (Check(Line.Length == 0, "answered with a chunk longer than it said"))
                    _part = Part.ChunkSize;
                break;
            case Part.UntilClose:
                _ = Keep(value);
                break;
        }
    }

    /// <summary>Collects a line; true when it is complete, without its end. The next byte discards it.</summary>
    private bool IsLine(byte value)
    {
        if (_lineIsRead)
            _line.Clear();
        _lineIsRead = value == '\n';
        if (!_lineIsRead)
            _ = _line.TryAdd(value);
        return _lineIsRead;
    }

    private ReadOnlySpan<byte> Line => _line.Span.EndsWith("\r"u8) ? _line.Span[..^1] : _line.Span;

    private void HeadLine()
    {
        if (Line.Length > 0)
        {
            if (Head.Add(Line) is { } problem)
                Fail(problem);
        }
        else if (Head.IsInterim)
        {
            Head = new HttpHead();
            if (++_interim > HttpHead.MaxInterim)
                Fail(HttpHead.TooManyInterim);
        }
        else if (Head.Status > 0)
            Begin();
        // An empty line before the status line is skipped (RFC 9112, section 2.2).
    }

    private void Begin()
    {
        _left = Head.ContentLength;
        _part = Head.Status is 101 or 204 or 304 ? Part.Complete
            : Head.IsChunked ? Part.ChunkSize
            : _left < 0 ? Part.UntilClose
            : _left == 0 ? Part.Complete
            : Part.Counted;
        if (_part == Part.Counted && _left > MaxBody)
            FailAsTooLong();
    }

    private void ChunkLine()
    {
        var digits = 0;
        long size = 0;
        foreach (var value in Line)
        {
            if (!char.IsAsciiHexDigit((char)value))
                break;
            size = (size * 16) + (value <= '9' ? value - '0' : (value | 0x20) - 'a' + 10);
            if (++digits > 8)
                break;
        }
        var isSize = digits is > 0 and <= 8 && (digits == Line.Length || Line[digits] is (byte)';' or (byte)' ' or (byte)'\t');
        if (!Check(isSize, "answered with a chunk whose size is none"))
            return;
        _left = size;
        _part = size == 0 ? Part.Complete : Part.ChunkData;
        if (size > MaxBody)
            FailAsTooLong();
    }

    private bool Keep(byte value)
    {
        if (_body.TryAdd(value))
            return true;
        FailAsTooLong();
        return false;
    }

    private bool Check(bool holds, string otherwise)
    {
        if (!holds)
            Fail(otherwise);
        return holds;
    }

    private void FailAsTooLong() => Fail("answered with more than 1024 KiB");

    private void Fail(string problem)
    {
        Problem = problem;
        _part = Part.Failed;
    }
}
