using System.Text;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Top;

/// <summary>
/// The terminal on descriptors 0 and 1: as it was when we came, and as <c>top</c> has it, with keys that come at once and a screen of its
/// own, so that what stood there is there again afterwards.
/// </summary>
internal sealed unsafe class WholeScreen
{
    /// <summary>The alternate screen of xterm, which saves the cursor too; without a cursor and without line wrap.</summary>
    private const string Enter = "\e[?1049h\e[?25l\e[?7l\e[2J";

    private const string Leave = "\e[?7h\e[?25h\e[?1049l";

    private readonly termios _before;

    private WholeScreen(termios before) => _before = before;

    /// <summary>Null if there is no terminal to draw on, or none to read keys from.</summary>
    public static WholeScreen? Open()
    {
        termios now;
        return isatty(1) == 1 && tcgetattr(0, &now) == 0 ? new WholeScreen(now) : null;
    }

    public static (int Width, int Height) Size
    {
        get
        {
            winsize size;
            return ioctl(1, TIOCGWINSZ, (nint)(&size)) == 0 && size is { ws_col: > 0, ws_row: > 0 } ? (size.ws_col, size.ws_row) : (80, 24);
        }
    }

    public void Take()
    {
        var raw = _before;
        raw.c_lflag &= ~(ICANON | ECHO | ISIG | IEXTEN);
        raw.c_iflag &= ~(IXON | ICRNL);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        _ = tcsetattr(0, TCSANOW, &raw);
        Write(Enter);
    }

    /// <summary>
    /// May be called more than once, and by another process than the one that took it. Keys that were not read are dropped.
    /// </summary>
    public void GiveBack()
    {
        Write(Leave);
        var before = _before;
        _ = tcsetattr(0, TCSAFLUSH, &before);
    }

    /// <summary>False if the terminal is gone.</summary>
    public static bool Write(string text)
    {
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(text);
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes)
                written = write(1, start, (nuint)bytes.Length);
            if (written > 0)
                bytes = bytes[(int)written..];
            else if (LastError.Number == Errno.EAGAIN)
            {
                // A shell may have left the terminal non-blocking.
                var writable = new pollfd { fd = 1, events = POLLOUT };
                _ = poll(&writable, 1, 1000);
            }
            else if (LastError.Number != Errno.EINTR)
                return false;
        }
        return true;
    }
}
