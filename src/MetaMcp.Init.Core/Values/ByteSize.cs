namespace MetaMcp.Init.Core.Values;

/// <summary>A size in bytes. Written in files as <c>"500MiB"</c> (1024) or <c>"4GB"</c> (1000).</summary>
public readonly record struct ByteSize(long Bytes);
