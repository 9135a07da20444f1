namespace MetaMcp.Init.Core.Membership;

/// <summary>The memory of a group of processes.</summary>
/// <param name="Bytes">PSS of all of them, where it is not an estimate.</param>
/// <param name="IsEstimate">Whether that could not be had of some.</param>
public readonly record struct Measured(long Bytes, bool IsEstimate)
{
    internal const char EstimateMark = '~';

    /// <summary>As an answer has it: <c>4096</c>, and <c>~4096</c> where it is an estimate.</summary>
    public override string ToString() => $"{(IsEstimate ? "~" : "")}{Bytes}";
}

/// <summary>
/// Takes what the verb <c>measure</c> answers in whatever pieces it comes: a line for each group as soon as it is measured, with
/// the number of the group (from 0) and its memory, <c>3 4096</c>.
/// </summary>
/// <param name="groups">How many were asked for.</param>
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

    /// <summary>Of each group whose line came whole.</summary>
    public IReadOnlyList<Measured?> Told => _told;

    /// <summary>Nothing more is wanted.</summary>
    public bool IsWhole => _whole == _told.Length;

    /// <summary>False where it is no such answer; what was told before holds.</summary>
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
