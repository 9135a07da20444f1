namespace MetaMcp.Init.Core.Config;

/// <summary>A place in a file, line and column from 1; line 0 if there is none, as in settings made by code.</summary>
public readonly record struct SourcePosition(string File, int Line, int Column) : IComparable<SourcePosition>
{
    public static SourcePosition None { get; }

    public int CompareTo(SourcePosition other) =>
        Line != other.Line ? Line.CompareTo(other.Line) : Column.CompareTo(other.Column);

    public override string ToString() => Line > 0 ? $"{File}:{Line}:{Column}" : File ?? "";
}
