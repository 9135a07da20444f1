namespace MetaMcp.Init.Core.Operating;

/// <summary>The place of a reader in one ring; the default is its beginning, before any line.</summary>
/// <param name="Offset">Counts all bytes ever written.</param>
/// <param name="Line">Counts all lines ever written; negative if it is not known, since lines before it were pushed out.</param>
internal readonly record struct LogPosition(long Offset, long Line)
{
    /// <summary>Some lines were pushed out; nothing tells their number.</summary>
    public static LogPosition Behind => new(0, -1);
}
