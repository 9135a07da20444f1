namespace MetaMcp.Init.Core.Status;

/// <summary>
/// No row: rows that were not asked for were passed over, and the answer goes on in another step of PID 1. It is never written.
/// </summary>
public sealed record PauseRow : StatusRow
{
    internal static readonly PauseRow Instance = new();

    private PauseRow()
    {
    }
}
