namespace MetaMcp.Init.Runs;

/// <summary>The reason why a start failed.</summary>
/// <param name="Reason">One clause: the step that was refused and the kernel's answer.</param>
/// <param name="ExitCode">The code that the service is taken to have ended with.</param>
/// <param name="IsShortage">Whether the container was short of something, which is no fault of the service.</param>
internal sealed record StartProblem(string Reason, int ExitCode, bool IsShortage);
