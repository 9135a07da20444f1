namespace MetaMcp.Init.Core.Membership;

/// <summary>The memory of many processes together, in bytes.</summary>
/// <param name="Used">What they would miss: without the pages of files that the kernel takes back first.</param>
/// <param name="Held">With those pages: what the kernel compares with a limit.</param>
/// <param name="Limit">The limit that holds for them; null if the file gives it, or if there is none.</param>
public readonly record struct PressureFigures(long Used, long Held, long? Limit);
