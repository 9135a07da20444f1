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
    /// <param name="utc">When it was read, for formats that show it.</param>
    /// <param name="to">Where it is appended.</param>
    public abstract void Append(OutputLine line, DateTime utc, ArrayBufferWriter<byte> to);

    /// <summary>Whether <see cref="Append"/> shows the time; where it doesn't, nobody needs to ask for it.</summary>
    public abstract bool ShowsTime { get; }
}
