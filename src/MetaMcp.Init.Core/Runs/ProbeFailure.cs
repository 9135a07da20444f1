using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>Why a probe failed.</summary>
/// <param name="Reason">
/// One clause: <c>http://127.0.0.1:8080/health: answered 503, not 200-399</c>, <c>exit code 3: no route to host</c>.
/// </param>
/// <param name="IsHopeless">Whether later probes will fail too: the command could not be executed.</param>
public sealed record ProbeFailure(string Reason, bool IsHopeless = false) : Case
{
    /// <summary>The words that our own verbs write in front of a reason.</summary>
    private const string Probing = "mcp-init probe: ";

    /// <summary>The same words of the second stage, which writes them if it cannot execute the command of the probe.</summary>
    private const string Executing = "mcp-init exec: ";

    private const string NotFound = ": No such file or directory (ENOENT)";

    /// <summary>No process could be created for the probe.</summary>
    public static ProbeFailure NotStarted { get; } = new("it could not be started, since the container has no room for another process");

    /// <param name="probe">The settings of the probe.</param>
    /// <param name="status">The exit status of the probe, which was not a success.</param>
    /// <param name="lastLine">The last line that the probe wrote, made safe; null if it wrote nothing.</param>
    public static ProbeFailure Of(ProbeSettings probe, ExitStatus status, string? lastLine)
    {
        if (probe.Target is not ProbeTarget.Exec(var command))
            return new ProbeFailure(After(Probing, lastLine) ?? WithLine($"{status}", lastLine));
        if (status.Code is not (ExitCodes.Configuration or ExitCodes.System or ExitCodes.NotExecutable or ExitCodes.NotFound) ||
            After(Executing, lastLine) is not { } sentence)
            return new ProbeFailure(WithLine($"{status}", lastLine));
        // Exit code 111 means a shortage, which may pass.
        var isHopeless = status.Code != ExitCodes.System;
        return After($"exec {command[0]}{NotFound}", sentence) is { } advice
            ? new ProbeFailure($"no program \"{command[0]}\"{advice}", isHopeless)
            : new ProbeFailure(sentence, isHopeless);
    }

    /// <summary>The probe was killed, since it did not end in time; the last line that it wrote by then is added.</summary>
    public static ProbeFailure TimedOut(ProbeSettings probe, string? lastLine) =>
        new(WithLine($"no answer within {Duration.Format(probe.Timeout)}", lastLine));

    private static string WithLine(string what, string? lastLine) => lastLine is null ? what : $"{what}: {lastLine}";

    private static string? After(string beginning, string? text) =>
        text?.StartsWith(beginning, StringComparison.Ordinal) == true ? text[beginning.Length..] : null;
}
