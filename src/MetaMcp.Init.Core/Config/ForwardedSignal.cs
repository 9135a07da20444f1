using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

public sealed record ForwardedSignal(Signal Signal, string Service);
