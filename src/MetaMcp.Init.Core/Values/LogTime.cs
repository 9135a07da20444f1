namespace MetaMcp.Init.Core.Values;

/// <summary>What stands in front of each line of text: no time, UTC, or seconds since the start of mcp-init.</summary>
public enum LogTime { None, Utc, Elapsed }
