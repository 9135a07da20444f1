using System.Text;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Reading;

/// <summary>The pid in a pidfile, which a daemon writes when it is in the background.</summary>
internal static unsafe class PidFile
{
    /// <summary>A number, and whitespace around it.</summary>
    private const int MostRead = 64;

    /// <summary>Writes the pid, or the reason why there is none, as one line on stdout.</summary>
    /// <returns>0 with a number.</returns>
    public static int Tell(string path)
    {
        var error = WholeFile.Read(path, O_NONBLOCK, MostRead, out var bytes);
        var isRead = DecimalText.TryRead(bytes.AsSpan().Trim(" \t\r\n"u8), int.MaxValue, out var pid) && pid > 0;
        var line = !error.IsSuccess ? error.Message : isRead ? $"{pid}" : "there is no number in it";
        fixed (byte* start = Encoding.UTF8.GetBytes(line + "\n"))
            _ = write(1, start, (nuint)Encoding.UTF8.GetByteCount(line) + 1);
        return error.IsSuccess && isRead ? ExitCodes.Success : ExitCodes.Failure;
    }
}
