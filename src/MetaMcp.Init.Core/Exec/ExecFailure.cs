using System.Text;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Exec;

/// <summary>The cause of a failed start, which decides the exit code and whether another try may help.</summary>
public enum ExecFailureKind
{
    /// <summary>The request itself: a bad argument, an unknown user. Exit 100.</summary>
    BadRequest,

    /// <summary>The kernel refused a step. Exit 111.</summary>
    System,

    /// <summary>The program exists and cannot be run. Exit 126.</summary>
    NotExecutable,

    /// <summary>There is no such program. Exit 127.</summary>
    NotFound,
}

/// <summary>The reason why a second stage did not become its command.</summary>
/// <param name="Step">The step that was refused.</param>
/// <param name="Errno">The kernel's error; success if the request itself was wrong.</param>
/// <param name="Detail">The subject, such as a path or a name; control characters are replaced.</param>
public sealed record ExecFailure(ExecStep Step, Errno Errno, string Detail)
{
    /// <summary>The length of the longest record, well below what a pipe takes in one piece (POSIX: at least 512 bytes).</summary>
    public const int MaxLength = 512;

    /// <summary>
    /// One byte before any record: everything is applied, and the program is executed next. If the pipe ends after this byte, the
    /// program runs. If it ends without it, the second stage itself ended, for example for want of memory or of a thread.
    /// </summary>
    public const byte Mark = (byte)'>';

    public string Detail { get; } = Clean(Detail);

    public ExecFailureKind Kind => Step switch
    {
        ExecStep.Arguments or ExecStep.User or ExecStep.Group => ExecFailureKind.BadRequest,
        ExecStep.EnvironmentFile when Errno.IsSuccess => ExecFailureKind.BadRequest,
        ExecStep.Interpreter or ExecStep.Loader => ExecFailureKind.NotFound,
        ExecStep.Execute => Errno.Number switch
        {
            Errno.ENOENT or Errno.ENOTDIR => ExecFailureKind.NotFound,
            // The kernel had no free process or memory: the program itself may be fine.
            Errno.EAGAIN or Errno.ENOMEM or Errno.EMFILE => ExecFailureKind.System,
            _ => ExecFailureKind.NotExecutable,
        },
        _ => ExecFailureKind.System,
    };

    /// <summary>The kernel had no free descriptor, memory or process: the same start may succeed a moment later.</summary>
    public bool IsShortage => Errno.MayPass;

    /// <summary>The exit code of the second stage.</summary>
    public int ExitCode => Kind switch
    {
        ExecFailureKind.BadRequest => ExitCodes.Configuration,
        ExecFailureKind.NotExecutable => ExitCodes.NotExecutable,
        ExecFailureKind.NotFound => ExitCodes.NotFound,
        _ => ExitCodes.System,
    };

    /// <summary>For people: <c>setgroups: Operation not permitted (EPERM): …what to do</c>.</summary>
    public string Sentence
    {
        get
        {
            var about = Step == ExecStep.Arguments ? Detail
                : Detail.Length == 0 ? Step.Name()
                : $"{Step.Name()} {Detail}";
            var reason = Errno.IsSuccess ? about : $"{about}: {Errno}";
            return ExecAdvice.For(this) is { } advice ? $"{reason}: {advice}" : reason;
        }
    }

    /// <summary>
    /// One line, <c>STEP ERRNO DETAIL</c>, in UTF-8; the detail is cut so that the line has at most <see cref="MaxLength"/> bytes.
    /// </summary>
    public byte[] Encode()
    {
        var record = new byte[MaxLength];
        var head = Encoding.ASCII.GetBytes($"{Step.Name()} {Errno.Number} ", record);
        // A character that does not fit whole is left out; lone surrogates become U+FFFD.
        Encoding.UTF8.GetEncoder()
            .Convert(Detail, record.AsSpan(head, MaxLength - head - 1), flush: true, out _, out var detail, out _);
        record[head + detail] = (byte)'\n';
        return record[..(head + detail + 1)];
    }

    /// <summary>Reads a whole record; every other text, a truncated record included, is refused.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> record, out ExecFailure? failure)
    {
        failure = null;
        if (record.Length > MaxLength || record.IsEmpty || record[^1] != '\n')
            return false;
        ReadOnlySpan<char> text = Encoding.UTF8.GetString(record[..^1]);
        var first = text.IndexOf(' ');
        var second = first < 0 ? -1 : first + 1 + text[(first + 1)..].IndexOf(' ');
        if (second <= first || !ExecSteps.TryFind(text[..first], out var step) ||
            !DecimalText.TryRead(text[(first + 1)..second], 4095, out var errno))
            return false;
        failure = new ExecFailure(step, new Errno((int)errno), text[(second + 1)..].ToString());
        return true;
    }

    // A name with an escape sequence or a newline must not forge lines of others in a log.
    private static string Clean(string text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character))
                return string.Create(text.Length, text, static (span, source) =>
                {
                    for (var i = 0; i < span.Length; i++)
                        span[i] = char.IsControl(source[i]) ? '?' : source[i];
                });
        }
        return text;
    }
}
