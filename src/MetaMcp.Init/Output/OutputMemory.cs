using System.Text;
using MetaMcp.Init.Core.Operating;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Output;

/// <summary>Keeps the last lines of services for <c>logs</c>, and counts all of them.</summary>
internal sealed class OutputMemory
{
    private long _now;

    /// <summary>Null until the supervisor is composed, before which there is no service.</summary>
    public Window? Window
    {
        get;
        set
        {
            field = value;
            if (value is not null)
                value.Logs.UnixMilliseconds = () => _now;
        }
    }

    /// <summary>Lines are about to come: they get this time. To read the clock for each of them would cost more than to keep it.</summary>
    public void Begin() => _now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>Where memory ends, the line is not kept; it is shown all the same.</summary>
    public void Add(string service, OutputStream stream, in OutputLine line)
    {
        try
        {
            Window?.Logs.Add(service, stream == OutputStream.Stdout ? LogStream.Stdout : LogStream.Stderr, line.Text);
        }
        catch (OutOfMemoryException)
        {
            // The ring is as it was before.
        }
    }

    /// <summary>Counts lines that were shown.</summary>
    public void Count(string service, OutputStream stream, int lines)
    {
        if (lines == 0)
            return;
        try
        {
            Window?.Tally.Wrote(service, stream == OutputStream.Stdout ? "stdout" : "stderr", lines);
        }
        catch (OutOfMemoryException)
        {
            // They are not counted.
        }
    }

    /// <summary>Lines were dropped, since there were too many of them.</summary>
    public void AddGap(string service, long lines)
    {
        try
        {
            Begin();
            Window?.Logs.Add(service, LogStream.Gap, Encoding.UTF8.GetBytes($"{Counted.Text(lines, "line")} dropped over log_rate_limit"));
            Window?.Tally.Dropped(service, lines);
        }
        catch (OutOfMemoryException)
        {
            // The log tells of them, too.
        }
    }
}
