using System.Buffers;

namespace MetaMcp.Init.Core.Output;

public enum OutputStream { Stdout, Stderr }

/// <summary>
/// The format of a service's line among the lines of others. Each call appends exactly one line: a newline at its end and no other
/// newline in it.
/// </summary>
public abstract class LineFormat
{
    /// <summary>The name in front of the program's own lines.</summary>
    public const string OwnName = "mcp-init";

    /// <param name="line">The line, or a piece of one.</param>
    /// <param name="time">The time of reading: UTC if <see cref="NeedsUtc"/> is true, else in the log's form, or none.</param>
    /// <param name="to">The buffer that it is appended to.</param>
    public abstract void Append(OutputLine line, LineTime time, ArrayBufferWriter<byte> to);

    /// <summary>The time is a part of the format, for any value of <c>log_time</c>.</summary>
    public abstract bool NeedsUtc { get; }
}
