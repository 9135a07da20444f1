namespace MetaMcp.Init.Core.Output;

/// <summary>Which part of the service's line this is: a line over <see cref="LineSplitter.MaxLength"/> comes in pieces.</summary>
public enum LinePart
{
    Whole,

    /// <summary>The beginning; more of the same line follows.</summary>
    First,
    Middle,
    Last,
}

/// <summary>A line, or a piece of one, without its newline. Valid until the splitter's next call.</summary>
public readonly ref struct OutputLine(ReadOnlySpan<byte> bytes, LinePart part)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public LinePart Part { get; } = part;

    /// <summary>More of this line follows.</summary>
    public bool IsCut => Part is LinePart.First or LinePart.Middle;

    /// <summary>This continues the piece before it.</summary>
    public bool Continues => Part is LinePart.Middle or LinePart.Last;

    /// <summary>The text: programs that write <c>\r\n</c> mean a plain end of line.</summary>
    public ReadOnlySpan<byte> Text => IsCut ? Bytes : Bytes.TrimEnd((byte)'\r');
}
