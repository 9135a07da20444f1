using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>The answer for one path: its space, or the error of the system call.</summary>
public readonly record struct DiskAnswerLine(DiskSpace Space, Errno Error);

/// <summary>
/// The answer of the verb <c>read --space</c>, read in pieces of any length: a line for each path as soon as it is read, with the number of
/// the path (from 0) and its size, used and available bytes, <c>3 4096 1024 3072</c>, or the error number, <c>3 !5</c>.
/// </summary>
/// <param name="paths">The number of paths that were asked for.</param>
public sealed class DiskAnswer(int paths)
{
    /// <summary>More than any disk has (1 EiB), so that sums of it do not overflow.</summary>
    private const long Most = 1L << 60;

    private const char ErrorMark = '!';

    /// <summary>The number of the path, size, used and available.</summary>
    private readonly long[] _numbers = new long[4];

    private readonly DiskAnswerLine?[] _told = new DiskAnswerLine?[paths];
    private int _at;
    private int _digits;
    private bool _isError;
    private int _whole;

    /// <summary>The result of each path whose line came whole.</summary>
    public IReadOnlyList<DiskAnswerLine?> Told => _told;

    /// <summary>All paths were answered.</summary>
    public bool IsWhole => _whole == _told.Length;

    /// <summary>The line for a path.</summary>
    public static string Line(int path, DiskSpace space) =>
        $"{path} {Math.Clamp(space.Size, 0, Most)} {Math.Clamp(space.Used, 0, Most)} {Math.Clamp(space.Available, 0, Most)}\n";

    /// <summary>The line for a path whose space cannot be read.</summary>
    public static string Line(int path, Errno error) => $"{path} {ErrorMark}{error.Number}\n";

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
            if (_numbers[_at] > Most / 10)
                return false;
            _digits++;
            _numbers[_at] = (_numbers[_at] * 10) + (character - '0');
            return _numbers[_at] <= Most;
        }
        switch (character)
        {
            case ErrorMark when _at == 1 && _digits == 0 && !_isError:
                _isError = true;
                return true;
            case ' ' when _digits > 0 && !_isError && _at < _numbers.Length - 1:
                _at++;
                _digits = 0;
                return true;
            case '\n' when _digits > 0 && _at == (_isError ? 1 : _numbers.Length - 1) && _numbers[0] < _told.Length:
                Tell((int)_numbers[0]);
                return true;
            default:
                return false;
        }
    }

    private void Tell(int path)
    {
        _whole += _told[path] is null ? 1 : 0;
        _told[path] = _isError
            ? new DiskAnswerLine(default, new Errno((int)Math.Min(_numbers[1], int.MaxValue)))
            : new DiskAnswerLine(new DiskSpace(_numbers[1], _numbers[2], _numbers[3]), Errno.None);
        Array.Clear(_numbers);
        (_at, _digits, _isError) = (0, 0, false);
    }
}
