namespace MetaMcp.Init.Core.Membership;

/// <summary>Takes the lines that the verb <c>measure</c> answers in whatever pieces they come.</summary>
public sealed class MeasureAnswer
{
    private readonly List<long> _told = [];
    private long _number;
    private bool _hasDigits;

    /// <summary>The bytes of each group whose line came whole.</summary>
    public IReadOnlyList<long> Told => _told;

    /// <summary>False where it is no such answer; what was told before holds.</summary>
    public bool Take(ReadOnlySpan<byte> text)
    {
        foreach (var character in text)
        {
            if (char.IsAsciiDigit((char)character) && _number <= (long.MaxValue - 9) / 10)
                (_number, _hasDigits) = ((_number * 10) + (character - '0'), true);
            else if (character == '\n' && _hasDigits)
            {
                _told.Add(_number);
                (_number, _hasDigits) = (0, false);
            }
            else
                return false;
        }
        return true;
    }
}
