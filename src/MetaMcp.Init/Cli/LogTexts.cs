using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using Microsoft.Extensions.Logging;

namespace MetaMcp.Init.Cli;

/// <summary>
/// All texts of mcp-init's log. An event's id and name (the method's) never change their meaning, since alerts depend on them; the
/// words may change. The first digit of an id is its subject: 1xx a service's life, 2xx output, 3xx the whole system, 4xx processes
/// that belong to no service, 9xx mcp-init itself.
/// <para>
/// Numbers are parameters of type object: each combination of value types would be compiled through every generic method between here
/// and the sink, 10 KB of the binary for a combination.
/// </para>
/// </summary>
internal static partial class LogTexts
{
    [LoggerMessage(101, LogLevel.Information, "{Service}: started (pid {Pid})")]
    public static partial void ServiceStarted(this ILogger log, string service, object pid);

    [LoggerMessage(102, LogLevel.Information, "{Service}: ready after {Seconds:0.00} s (pid {Pid})")]
    public static partial void ServiceReady(this ILogger log, string service, object seconds, object pid);

    [LoggerMessage(103, LogLevel.Information, "{Service}: exited after {Seconds:0.00} s, {Status} (pid {Pid})")]
    public static partial void ServiceExited(this ILogger log, string service, object seconds, object status, object pid);

    [LoggerMessage(104, LogLevel.Information, "{Service}: completed")]
    public static partial void ServiceCompleted(this ILogger log, string service);

    [LoggerMessage(105, LogLevel.Warning, "{Service}: {Reason}; restarting in {Seconds:0.00} s (failure {Failures} in a row)")]
    public static partial void ServiceRestarting(this ILogger log, string service, string reason, object seconds, object failures);

    [LoggerMessage(
        140, LogLevel.Warning,
        "{Service}: the container is short of something: {Reason}; started again in {Seconds:0.0} s, not counted (try {Count})")]
    public static partial void ServiceDeferred(this ILogger log, string service, string reason, object seconds, object count);

    [LoggerMessage(106, LogLevel.Information, "{Service}: stopping with {Signal}, killed in {Timeout} (pid {Pid})")]
    public static partial void ServiceStopping(this ILogger log, string service, object signal, string timeout, object pid);

    [LoggerMessage(107, LogLevel.Information, "{Service}: stopped")]
    public static partial void ServiceStopped(this ILogger log, string service);

    [LoggerMessage(108, LogLevel.Error, "{Service}: failed: {Reason}")]
    public static partial void ServiceFailed(this ILogger log, string service, string reason);

    [LoggerMessage(109, LogLevel.Warning, "{Service}: skipped, since {Dependency} is not there")]
    public static partial void ServiceSkipped(this ILogger log, string service, string dependency);

    [LoggerMessage(110, LogLevel.Information, "{Service}: finished, {Status}, and is not restarted")]
    public static partial void ServiceFinished(this ILogger log, string service, object status);

    [LoggerMessage(111, LogLevel.Warning, "{Service}: killed, it did not stop within {Timeout} (pid {Pid})")]
    public static partial void ServiceKilled(this ILogger log, string service, string timeout, object pid);

    [LoggerMessage(112, LogLevel.Information, "{Service}: ending the processes that it left behind")]
    public static partial void EndingLeftovers(this ILogger log, string service);

    [LoggerMessage(113, LogLevel.Warning, "{Service}: killed the processes that it left behind")]
    public static partial void LeftoversKilled(this ILogger log, string service);

    [LoggerMessage(
        114, LogLevel.Warning, "{Service}: out of memory: the kernel killed {Processes} for {Limit} (limit: {Origin}, peak {Peak})")]
    public static partial void ServiceOutOfMemory(
        this ILogger log, string service, string processes, string limit, string origin, string peak);

    [LoggerMessage(115, LogLevel.Information, "{Service}: exited after {Seconds:0.00} s, {Status}, out of memory: {Limit} (pid {Pid})")]
    public static partial void ServiceExitedOutOfMemory(
        this ILogger log, string service, object seconds, object status, string limit, object pid);

    [LoggerMessage(116, LogLevel.Warning, "{Service}: ended, {Reason}")]
    public static partial void ServiceOverLimit(this ILogger log, string service, string reason);

    [LoggerMessage(117, LogLevel.Warning, "{Service}: probe failed ({Failures} of {Retries}): {Reason}")]
    public static partial void ProbeFailed(this ILogger log, string service, object failures, object retries, string reason);

    [LoggerMessage(118, LogLevel.Debug, "{Service}: probe failed, not counted yet: {Reason}")]
    public static partial void ProbeFailedInStartPeriod(this ILogger log, string service, string reason);

    [LoggerMessage(119, LogLevel.Information, "{Service}: healthy again, after {Failures} that failed")]
    public static partial void HealthyAgain(this ILogger log, string service, string failures);

    [LoggerMessage(120, LogLevel.Error, "{Service}: unhealthy: {Reason}")]
    public static partial void Unhealthy(this ILogger log, string service, string reason);

    [LoggerMessage(121, LogLevel.Error, "{Service}: {Reason}; circuit open after {Failures} within {Window}: not started for {OpenFor}")]
    public static partial void CircuitOpen(this ILogger log, string service, string reason, string failures, string window, string openFor);

    [LoggerMessage(122, LogLevel.Error, "{Service}: {Reason}; the trial start failed, circuit open again: not started for {OpenFor}")]
    public static partial void CircuitOpenAgain(this ILogger log, string service, string reason, string openFor);

    [LoggerMessage(123, LogLevel.Information, "{Service}: circuit half-open, one trial start")]
    public static partial void CircuitTrial(this ILogger log, string service);

    [LoggerMessage(124, LogLevel.Information, "{Service}: circuit closed, the trial run went well")]
    public static partial void CircuitClosed(this ILogger log, string service);

    [LoggerMessage(125, LogLevel.Information, "{Service}: {Status}")]
    public static partial void StatusOf(this ILogger log, string service, string status);

    [LoggerMessage(126, LogLevel.Information, "{Service}: restarting with {Dependency}, which has ended")]
    public static partial void RestartingWith(this ILogger log, string service, string dependency);

    [LoggerMessage(127, LogLevel.Warning, "{Service}: stop_command failed: {Reason}")]
    public static partial void StopCommandFailed(this ILogger log, string service, string reason);

    [LoggerMessage(128, LogLevel.Warning, "{Service}: stop_command still runs after {Timeout}; the stop signal is sent beside it")]
    public static partial void StopCommandLate(this ILogger log, string service, string timeout);

    [LoggerMessage(
        129, LogLevel.Error,
        "{Service}: cleanup failed: a process of it is still there after SIGKILL was sent {Kills} (uninterruptible sleep?); the service " +
        "is not started again before that process is gone (main pid {Pid})")]
    public static partial void CleanupFailed(this ILogger log, string service, object kills, object pid);

    [LoggerMessage(130, LogLevel.Warning, "{Service}: memory {Level}: {Used} of {Cap}, {Percent} %")]
    public static partial void MemoryHigh(this ILogger log, string service, string level, string used, string cap, object percent);

    [LoggerMessage(131, LogLevel.Information, "{Service}: memory normal again: {Used} of {Cap}, {Percent} %")]
    public static partial void MemoryNormal(this ILogger log, string service, string used, string cap, object percent);

    [LoggerMessage(132, LogLevel.Warning, "{Service}: probe: {Reason}; it will not become ready by this probe")]
    public static partial void ProbeHopeless(this ILogger log, string service, string reason);

    [LoggerMessage(133, LogLevel.Information, "{Service}: exited with {Code}; restarting in {Seconds:0.00} s")]
    public static partial void RestartingAfterSuccess(this ILogger log, string service, object code, object seconds);

    [LoggerMessage(134, LogLevel.Information, "{Service}: main process is pid {Pid} now")]
    public static partial void MainChanged(this ILogger log, string service, object pid);

    [LoggerMessage(135, LogLevel.Warning,
        "{Service}: seems to put itself into the background: keep it in the foreground (an option such as -D, --foreground, daemon off), " +
        "or give it type = \"forking\"")]
    public static partial void InBackground(this ILogger log, string service);

    [LoggerMessage(201, LogLevel.Warning, "{Service}: {Lines} of {Stream} dropped, over its log_rate_limit")]
    private static partial void OutputDropped(this ILogger log, string service, object lines, string stream);

    public static void OutputDropped(this ILogger log, string service, long lines, OutputStream stream) =>
        log.OutputDropped(service, new Counted(lines, "line"), stream == OutputStream.Stdout ? "stdout" : "stderr");

    [LoggerMessage(301, LogLevel.Information, "starting {Services}")]
    public static partial void StartingUp(this ILogger log, object services);

    [LoggerMessage(302, LogLevel.Information, "up after {Seconds:0.00} s: {Running} running, {Done} done")]
    public static partial void Up(this ILogger log, object seconds, object running, object done);

    [LoggerMessage(303, LogLevel.Warning, "degraded after {Seconds:0.00} s: {Running} running, {Done} done, without {Missing}")]
    public static partial void Degraded(this ILogger log, object seconds, object running, object done, string missing);

    [LoggerMessage(304, LogLevel.Error, "startup took longer than {Timeout}; not up: {Pending}")]
    public static partial void StartupTimedOut(this ILogger log, string timeout, string pending);

    [LoggerMessage(305, LogLevel.Information, "shutting down ({Reason}), {Timeout} at most")]
    public static partial void ShuttingDown(this ILogger log, string reason, string timeout);

    [LoggerMessage(306, LogLevel.Warning, "emergency ({Reason}): killed at once: {Remaining}")]
    public static partial void Emergency(this ILogger log, string reason, string remaining);

    [LoggerMessage(307, LogLevel.Information, "down after {Seconds:0.00} s, exit code {ExitCode}")]
    public static partial void Down(this ILogger log, object seconds, object exitCode);

    [LoggerMessage(308, LogLevel.Error, "still there after SIGKILL (uninterruptible sleep?): {Remaining}")]
    public static partial void BeyondKill(this ILogger log, string remaining);

    [LoggerMessage(309, LogLevel.Warning, "{Signal} has no meaning here and was ignored")]
    public static partial void SignalIgnored(this ILogger log, object signal);

    [LoggerMessage(330, LogLevel.Warning,
        "{Signal} has no meaning here and was ignored; if it is the image's STOPSIGNAL, add it to [shutdown] signals, or write " +
        "STOPSIGNAL SIGTERM in the Dockerfile")]
    public static partial void StopSignalIgnored(this ILogger log, object signal);

    [LoggerMessage(310, LogLevel.Warning, "{Warning}")]
    public static partial void ConfigurationWarning(this ILogger log, string warning);

    [LoggerMessage(311, LogLevel.Information, "each service has a cgroup of its own below {Workload}; controllers: {Controllers}")]
    public static partial void LimitsByKernel(this ILogger log, string workload, string controllers);

    [LoggerMessage(
        312, LogLevel.Warning,
        "LIMITS NOT ENFORCED BY THE KERNEL ({Controllers}): {Reason}; {Consequence}{Remedy}; mcp-init doctor says more")]
    public static partial void LimitsNotByKernel(this ILogger log, string controllers, string reason, string consequence, string remedy);

    [LoggerMessage(313, LogLevel.Debug, "no cgroups of our own: {Reason}")]
    public static partial void NoCgroups(this ILogger log, string reason);

    [LoggerMessage(314, LogLevel.Warning, "{Reason}")]
    public static partial void LimitsWithoutSwap(this ILogger log, string reason);

    [LoggerMessage(315, LogLevel.Warning, "the file's limits have no effect: limits.enforce is \"off\"")]
    public static partial void LimitsOff(this ILogger log);

    [LoggerMessage(316, LogLevel.Information, "{Signal} passed on to {Service} (pid {Pid})")]
    public static partial void SignalForwarded(this ILogger log, object signal, string service, object pid);

    [LoggerMessage(317, LogLevel.Warning, "{Signal} is for {Service}, which does not run, and was dropped")]
    public static partial void SignalNotForwarded(this ILogger log, object signal, string service);

    [LoggerMessage(318, LogLevel.Information, "status: {Status}")]
    public static partial void Status(this ILogger log, string status);

    [LoggerMessage(319, LogLevel.Warning, "degraded: without {Missing}")]
    public static partial void NowDegraded(this ILogger log, string missing);

    [LoggerMessage(320, LogLevel.Information, "whole again: nothing is missing")]
    public static partial void WholeAgain(this ILogger log);

    [LoggerMessage(
        321, LogLevel.Information, "reloaded: restarting {Restarted}, starting {Started}, stopping {Stopped}, {Unchanged} unchanged")]
    public static partial void Reloaded(this ILogger log, string restarted, string started, string stopped, object unchanged);

    [LoggerMessage(322, LogLevel.Error, "reload: {Problem}")]
    public static partial void ReloadProblem(this ILogger log, string problem);

    [LoggerMessage(323, LogLevel.Error, "not reloaded: the previous configuration stays in force")]
    public static partial void NotReloaded(this ILogger log);

    [LoggerMessage(401, LogLevel.Debug, "reaped orphan pid {Pid}: {Status}")]
    public static partial void OrphanReaped(this ILogger log, object pid, object status);

    [LoggerMessage(402, LogLevel.Warning, "processes left after {Grace}: killed")]
    public static partial void OrphansKilled(this ILogger log, string grace);

    [LoggerMessage(403, LogLevel.Information, "orphan {Command} (pid {Pid}): belongs to no live service; ended in {Grace}")]
    public static partial void OrphanFound(this ILogger log, string command, object pid, string grace);

    [LoggerMessage(404, LogLevel.Information, "orphan {Command} (pid {Pid}): {Reason}; left alone")]
    public static partial void OrphanLeft(this ILogger log, string command, object pid, string reason);

    [LoggerMessage(405, LogLevel.Warning, "orphan {Command} (pid {Pid}): ended, {Status}; {Count} of this command so far")]
    public static partial void OrphanEnded(this ILogger log, string command, object pid, object status, object count);

    [LoggerMessage(
        406, LogLevel.Error,
        "orphan {Command} (pid {Pid}): cleanup failed: still there after SIGKILL was sent {Kills} (uninterruptible sleep?)")]
    public static partial void OrphanCleanupFailed(this ILogger log, string command, object pid, object kills);

    [LoggerMessage(
        407, LogLevel.Warning,
        "orphans: {Found} more found; {Beyond} over the limit of orphans at a time, which are handled when others are gone")]
    public static partial void MoreOrphans(this ILogger log, object found, object beyond);

    [LoggerMessage(408, LogLevel.Warning, "orphans: {Count} more ended since the last look")]
    public static partial void MoreOrphansEnded(this ILogger log, object count);

    [LoggerMessage(903, LogLevel.Error, "out of memory at the limit of the heap; the step that failed is tried again")]
    public static partial void MemoryShort(this ILogger log);

    [LoggerMessage(904, LogLevel.Information, "memory is available again")]
    public static partial void MemoryBack(this ILogger log);

    [LoggerMessage(902, LogLevel.Warning, "repaired: {What}")]
    public static partial void Repaired(this ILogger log, string what);

    [LoggerMessage(901, LogLevel.Error, "bug, please report: {Text}")]
    public static partial void Bug(this ILogger log, string text);
}
