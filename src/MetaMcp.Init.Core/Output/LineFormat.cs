using System.Buffers;

namespace MetaMcp.Init.Core.Output;

public enum OutputStream { Stdout, Stderr }

/// <summary>
/// How a line of a service is shown among those of others. What is appended is always one line: a newline at its end
/// and no other newline in it.
/// </summary>
public abstract class LineFormat
{
    /// <summary>The name in front of the program's own lines.</summary>
    public const string OwnName = "mcp-init";

    /// <param name="line">The line, or a piece of one.</param>
    /// <param name="time">When it was read: UTC where <see cref="NeedsUtc"/> says so, else as the log shows times, or not at all.</param>
    /// <param name="to">Where it is appended.</param>
    public abstract void Append(OutputLine line, LineTime time, ArrayBufferWriter<byte> to);

    /// <summary>The time is a part of the format, whatever <c>log_time</c> says.</summary>
    public abstract bool NeedsUtc { get; }
}
