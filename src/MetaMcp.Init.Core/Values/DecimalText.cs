namespace MetaMcp.Init.Core.Values;

/// <summary>
/// Whole numbers in digits only, as the kernel and the account files write them: no sign, no space, no culture, and no
/// globalization tables to load on the way of every service start.
/// </summary>
public static class DecimalText
{
    public static bool TryRead(ReadOnlySpan<char> text, ulong most, out ulong number)
    {
        number = 0;
        foreach (var character in text)
        {
            if (!char.IsAsciiDigit(character) || !TryAppend(ref number, character - '0', most))
                return false;
        }
        return !text.IsEmpty;
    }

    public static bool TryRead(ReadOnlySpan<byte> text, ulong most, out ulong number)
    {
        number = 0;
        foreach (var character in text)
        {
            if (!char.IsAsciiDigit((char)character) || !TryAppend(ref number, character - '0', most))
                return false;
        }
        return !text.IsEmpty;
    }

    private static bool TryAppend(ref ulong number, int digit, ulong most)
    {
        if (number > (most - (ulong)digit) / 10)
            return false;
        number = number * 10 + (ulong)digit;
        return true;
    }
}
