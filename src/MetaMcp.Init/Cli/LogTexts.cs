using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using Microsoft.Extensions.Logging;

namespace MetaMcp.Init.Cli;

/// <summary>
/// Everything the init says in its log. An event's id and name (the method's) never change their meaning, since alerts
/// hang on them; the words may. Ids go by what they are about: 1xx a service's life, 2xx output.
/// </summary>
internal static partial class LogTexts
{
    [LoggerMessage(101, LogLevel.Information, "{Service}: started (pid {Pid})")]
    public static partial void ServiceStarted(this ILogger log, string service, int pid);

    [LoggerMessage(102, LogLevel.Information, "{Service}: ready after {Seconds:0.00} s (pid {Pid})")]
    public static partial void ServiceReady(this ILogger log, string service, double seconds, int pid);

    [LoggerMessage(103, LogLevel.Information, "{Service}: ended, {Status} (pid {Pid})")]
    public static partial void ServiceExited(this ILogger log, string service, ExitStatus status, int pid);

    [LoggerMessage(104, LogLevel.Warning, "{Service}: failed, {Status} (pid {Pid})")]
    public static partial void ServiceFailed(this ILogger log, string service, ExitStatus status, int pid);

    [LoggerMessage(105, LogLevel.Warning, "{Service}: restarting in {Seconds:0.0} s (attempt {Attempt})")]
    public static partial void ServiceRestarting(this ILogger log, string service, double seconds, int attempt);

    [LoggerMessage(106, LogLevel.Information, "{Service}: stopping with {Signal}, {Seconds:0.#} s to go (pid {Pid})")]
    public static partial void ServiceStopping(this ILogger log, string service, Signal signal, double seconds, int pid);

    [LoggerMessage(107, LogLevel.Information, "{Service}: stopped after {Seconds:0.00} s")]
    public static partial void ServiceStopped(this ILogger log, string service, double seconds);

    [LoggerMessage(201, LogLevel.Warning, "{Service}: {Lines} lines of {Stream} dropped, over its log_rate_limit")]
    public static partial void OutputDropped(this ILogger log, string service, long lines, OutputStream stream);
}
