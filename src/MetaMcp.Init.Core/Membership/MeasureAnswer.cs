namespace MetaMcp.Init.Core.Membership;

/// <summary>The memory of a group of processes.</summary>
/// <param name="Bytes">PSS of all of them, unless it is an estimate.</param>
/// <param name="IsEstimate">Whether PSS could not be read for some of them.</param>
public readonly record struct Measured(long Bytes, bool IsEstimate)
{
    internal const char EstimateMark = '~';

    /// <summary>The form in an answer: <c>4096</c>, or <c>~4096</c> for an estimate.</summary>
    public override string ToString() => $"{(IsEstimate ? "~" : "")}{Bytes}";
}

/// <summary>
/// Reads the answer of the verb <c>measure</c>, in pieces of any length: a line for each group as soon as it is measured, with the
/// number of the group (from 0) and its memory, <c>3 4096</c>.
/// </summary>
/// <param name="groups">The number of groups that were asked for.</param>
public sealed class MeasureAnswer(int groups)
{
    /// <summary>More than any machine has (1 PiB), so that sums of it do not overflow.</summary>
    private const long Most = 1L << 50;

    private readonly Measured?[] _told = new Measured?[groups];
    private int _whole;
    private Part _part;
    private int _group;
    private long _number;
    private bool _isEstimate;

    private enum Part { Group, FirstOfMemory, FirstDigit, Digits }

    /// <summary>The result of each group whose line came whole.</summary>
    public IReadOnlyList<Measured?> Told => _told;

    /// <summary>All groups were answered.</summary>
    public bool IsWhole => _whole == _told.Length;

    /// <summary>False if the text is no such answer; results before it stay valid.</summary>
    public bool Take(ReadOnlySpan<byte> text)
    {
        foreach (var character in text)
            if (!Take((char)character))
                return false;
        return true;
    }

    private bool Take(char character)
    {
        if (char.IsAsciiDigit(character))
        {
            _number = (_number * 10) + (character - '0');
            _part = _part == Part.Group ? Part.Group : Part.Digits;
            return _number <= Most;
        }
        switch (_part, character)
        {
            case (Part.Group, ' ') when _number < _told.Length:
                (_group, _number, _part) = ((int)_number, 0, Part.FirstOfMemory);
                return true;
            case (Part.FirstOfMemory, Measured.EstimateMark):
                (_isEstimate, _part) = (true, Part.FirstDigit);
                return true;
            case (Part.Digits, '\n'):
                _whole += _told[_group] is null ? 1 : 0;
                _told[_group] = new Measured(_number, _isEstimate);
                (_number, _isEstimate, _part) = (0, false, Part.Group);
                return true;
            default:
                return false;
        }
    }
}
