using System.Numerics;

namespace MetaMcp.Init.Core.Output;

/// <summary>
/// Turns the bytes that a service writes into lines. The sizes of the reads never change the result. A line that is whole within one
/// read is returned in place; only an unfinished line at the end of a read is copied. A stream never holds more than
/// <see cref="MaxLength"/> bytes: a longer line is returned in pieces, each cut between characters if the text is UTF-8.
/// </summary>
public sealed class LineSplitter
{
    /// <summary>The longest piece, in bytes.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>A buffer over this is not kept once its line is out: most streams never need it again.</summary>
    private const int KeptCapacity = 4096;

    private const byte Newline = (byte)'\n';

    private byte[] _buffer = [];
    private int _start;
    private int _length;
    private Position _position = Position.LineStart;

    private enum Position
    {
        LineStart,

        /// <summary>A piece of the current line is out already.</summary>
        WithinLine,

        /// <summary>The rest of the current line is not wanted; the line has been counted.</summary>
        Skipping,
    }

    /// <summary>
    /// Takes the next line off <paramref name="input"/>. False: all of it is used up, and a rest without a newline is kept for the
    /// next read.
    /// </summary>
    public bool TryTake(ref ReadOnlySpan<byte> input, out OutputLine line)
    {
        line = default;
        if (_position == Position.Skipping && !LeaveSkippedLine(ref input))
            return false;

        MoveToFront();
        var room = MaxLength - _length;
        var newline = input[..Math.Min(input.Length, room + 1)].IndexOf(Newline);
        if (newline >= 0)
        {
            line = new OutputLine(Join(input[..newline]), _position == Position.LineStart ? LinePart.Whole : LinePart.Last);
            input = input[(newline + 1)..];
            Forget();
            return true;
        }
        if (input.Length <= room)
        {
            Keep(input);
            input = default;
            return false;
        }
        line = new OutputLine(CutPiece(ref input), _position == Position.LineStart ? LinePart.First : LinePart.Middle);
        _position = Position.WithinLine;
        return true;
    }

    /// <summary>At the end of the stream: a last line that has no newline.</summary>
    public bool TryTakeRest(out OutputLine line)
    {
        MoveToFront();
        line = new OutputLine(_buffer.AsSpan(0, _length), _position == Position.WithinLine ? LinePart.Last : LinePart.Whole);
        var found = _length > 0;
        Forget();
        return found;
    }

    /// <summary>
    /// Drops all lines of <paramref name="input"/> and returns their number, at the speed of counting newlines. An unfinished line at
    /// the end is kept, since by the time it ends there may be room for it; one that is too long to be kept counts as dropped.
    /// </summary>
    public int Skip(ReadOnlySpan<byte> input)
    {
        var lines = 0;
        var last = input.LastIndexOf(Newline);
        if (last >= 0)
        {
            lines = input[..(last + 1)].Count(Newline) - (_position == Position.Skipping ? 1 : 0);
            input = input[(last + 1)..];
            Forget();
        }
        if (_position == Position.Skipping)
            return lines;
        MoveToFront();
        if (_length + input.Length <= MaxLength)
        {
            Keep(input);
            return lines;
        }
        SkipRestOfLine();
        return lines + 1;
    }

    /// <summary>The line of the piece just taken is not wanted any further.</summary>
    public void SkipRestOfLine()
    {
        Forget();
        _position = Position.Skipping;
    }

    private bool LeaveSkippedLine(ref ReadOnlySpan<byte> input)
    {
        var newline = input.IndexOf(Newline);
        if (newline < 0)
        {
            input = default;
            return false;
        }
        input = input[(newline + 1)..];
        _position = Position.LineStart;
        return true;
    }

    private ReadOnlySpan<byte> CutPiece(ref ReadOnlySpan<byte> input)
    {
        if (_length == 0)
        {
            var cut = CutBefore(input[..MaxLength], input[MaxLength]);
            var piece = input[..cut];
            input = input[cut..];
            return piece;
        }
        var room = MaxLength - _length;
        var next = input[room];
        Keep(input[..room]);
        input = input[room..];
        _start = CutBefore(_buffer.AsSpan(0, MaxLength), next);
        _length = MaxLength - _start;
        return _buffer.AsSpan(0, _start);
    }

    /// <summary>
    /// The position to cut at, so that a UTF-8 character that continues in <paramref name="next"/> stays in one piece.
    /// </summary>
    private static int CutBefore(ReadOnlySpan<byte> piece, byte next)
    {
        if (!IsContinuation(next))
            return piece.Length;
        for (var back = 1; back <= 3; back++)
        {
            var at = piece[^back];
            if (!IsContinuation(at))
                return at >= 0xc0 ? piece.Length - back : piece.Length;
        }
        return piece.Length;
    }

    private static bool IsContinuation(byte value) => (value & 0xc0) == 0x80;

    private ReadOnlySpan<byte> Join(ReadOnlySpan<byte> end)
    {
        if (_length == 0)
            return end;
        Keep(end);
        return _buffer.AsSpan(0, _length);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        var needed = _length + bytes.Length;
        if (needed > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(256, (int)BitOperations.RoundUpToPowerOf2((uint)needed)));
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length = needed;
    }

    /// <summary>Only after a cut is there anything to move, and then at most three bytes.</summary>
    private void MoveToFront()
    {
        if (_start == 0)
            return;
        _buffer.AsSpan(_start, _length).CopyTo(_buffer);
        _start = 0;
    }

    private void Forget()
    {
        _start = 0;
        _length = 0;
        _position = Position.LineStart;
        if (_buffer.Length > KeptCapacity)
            _buffer = [];
    }
}
