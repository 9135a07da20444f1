namespace MetaMcp.Init.Core.PassThrough;

/// <summary>Numbers of signals: the child gets <c>To</c> in place of <c>From</c>, or nothing if <c>To</c> is 0.</summary>
public readonly record struct SignalRewrite(int From, int To);
