namespace MetaMcp.Init.Core.Values;

/// <summary>The time in front of each line of text: none, UTC, or seconds since the start of mcp-init.</summary>
public enum LogTime { None, Utc, Elapsed }
