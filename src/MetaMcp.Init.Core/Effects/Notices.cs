using static MetaMcp.Init.Core.Config.LogLevelSetting;

namespace MetaMcp.Init.Core.Effects;

/// <summary>
/// The one table of all that mcp-init tells: one row for each kind of notice, which serves the log, and events and alerts alike. A row has
/// the id, the event's name, the level and the words; the row's own name stands in the JSON log. Ids and names never change their
/// meaning, since alerts depend on them; the words may change. The first digit of an id is its subject: 1xx a service's life, 2xx output,
/// 3xx the whole system, 4xx processes that belong to no service, 5xx launched servers, 9xx mcp-init itself. The syntax of the words is
/// that of <see cref="NoticeWords"/>.
/// </summary>
public static class Notices
{
    public static readonly NoticeKind ServiceStarted = new(101, "service.started", Info, "{Service}: started (pid {Pid})");
    public static readonly NoticeKind ServiceReady = new(
        102, "service.ready", Info, "{Service}: ready after {Seconds:0.00} s (pid {Pid})");
    public static readonly NoticeKind ServiceExited = new(
        103, "service.exited", Info, "{Service}: exited after {Seconds:0.00} s, {Status} (pid {Pid})");
    public static readonly NoticeKind ServiceCompleted = new(104, "service.completed", Info, "{Service}: completed");
    public static readonly NoticeKind ServiceRestarting = new(
        105, "service.restarting", Warning, "{Service}: {Reason}; restarting in {Seconds:0.00} s (failure {Failures} in a row)");
    public static readonly NoticeKind ServiceStopping = new(
        106, "service.stopping", Info, "{Service}: stopping with {Signal}, killed in {Timeout} (pid {Pid})");
    public static readonly NoticeKind ServiceStopped = new(107, "service.stopped", Info, "{Service}: stopped");
    public static readonly NoticeKind ServiceFailed = new(108, "service.failed", Error, "{Service}: failed: {Reason}");
    public static readonly NoticeKind ServiceSkipped = new(
        109, "service.skipped", Warning, "{Service}: skipped, since {Dependency} is not there");
    public static readonly NoticeKind ServiceFinished = new(
        110, "service.finished", Info, "{Service}: finished, {Status}, and is not restarted");
    public static readonly NoticeKind ServiceKilled = new(
        111, "service.killed", Warning, "{Service}: killed, it did not stop within {Timeout} (pid {Pid})");
    public static readonly NoticeKind EndingLeftovers = new(
        112, "service.rest-stopping", Info,
        "{Service}: ending the processes that it left behind: {Commands|they could not be named} " +
        "({Processes:=process/processes|number unknown})");
    public static readonly NoticeKind LeftoversKilled = new(
        113, "service.rest-killed", Warning, "{Service}: killed the processes that it left behind");
    public static readonly NoticeKind ServiceOutOfMemory = new(
        114, "service.out-of-memory", Warning,
        "{Service}: out of memory: the kernel killed {Processes:=process/processes|all of it} for {Limit} (limit: {Origin}, peak " +
        "{Peak|unknown})");
    public static readonly NoticeKind ServiceExitedOutOfMemory = new(
        115, "service.exited-out-of-memory", Info,
        "{Service}: exited after {Seconds:0.00} s, {Status}, out of memory: {Limit} (pid {Pid})");
    public static readonly NoticeKind ServiceOverLimit = new(116, "service.over-limit", Warning, "{Service}: ended, {Reason}");
    public static readonly NoticeKind ProbeFailed = new(
        117, "probe.failed", Warning, "{Service}: probe failed ({Failures} of {Retries}): {Reason}");
    public static readonly NoticeKind ProbeFailedInStartPeriod = new(
        118, "probe.failed-uncounted", Debug, "{Service}: probe failed, not counted yet: {Reason}");
    public static readonly NoticeKind HealthyAgain = new(
        119, "service.healthy", Info, "{Service}: healthy again, after {Failures:=probe} that failed");
    public static readonly NoticeKind Unhealthy = new(120, "service.unhealthy", Error, "{Service}: unhealthy: {Reason}");
    public static readonly NoticeKind CircuitOpen = new(
        121, "circuit.opened", Error,
        "{Service}: {Reason}; circuit open after {Failures:=failure} within {Window}: not started for {OpenFor}");
    public static readonly NoticeKind CircuitOpenAgain = new(
        122, "circuit.reopened", Error, "{Service}: {Reason}; the trial start failed, circuit open again: not started for {OpenFor}");
    public static readonly NoticeKind CircuitTrial = new(
        123, "circuit.trial", Info, "{Service}: circuit half-open, one trial start");
    public static readonly NoticeKind CircuitClosed = new(
        124, "circuit.closed", Info, "{Service}: circuit closed, the trial run went well");
    public static readonly NoticeKind StatusOf = new(125, "service.status", Info, "{Service}: {Status}");
    public static readonly NoticeKind RestartingWith = new(
        126, "service.restarting-with", Info, "{Service}: restarting with {Dependency}, which has ended");
    public static readonly NoticeKind StopCommandFailed = new(
        127, "stop-command.failed", Warning, "{Service}: stop_command failed: {Reason|it could not be started}");
    public static readonly NoticeKind StopCommandLate = new(
        128, "stop-command.late", Warning, "{Service}: stop_command still runs after {Timeout}; the stop signal is sent beside it");
    public static readonly NoticeKind CleanupFailed = new(
        129, "service.cleanup-failed", Error,
        "{Service}: cleanup failed: a process of it is still there after SIGKILL was sent {Kills:#time} (uninterruptible " +
        "sleep?); the service is not started again before that process is gone (main pid {Pid})");
    public static readonly NoticeKind MemoryHigh = new(
        130, "memory.high", Warning, "{Service|all together}: memory {Level}: {Used:rounded} of {Cap}, {Percent} %");
    public static readonly NoticeKind MemoryNormal = new(
        131, "memory.normal", Info, "{Service|all together}: memory normal again: {Used:rounded} of {Cap}, {Percent} %");
    public static readonly NoticeKind ProbeHopeless = new(
        132, "probe.hopeless", Warning, "{Service}: probe: {Reason}; it will not become ready by this probe");
    public static readonly NoticeKind RestartingAfterSuccess = new(
        133, "service.restarting-after-success", Info, "{Service}: exited with {Code}; restarting in {Seconds:0.00} s");
    public static readonly NoticeKind MainChanged = new(
        134, "service.main-changed", Info, "{Service}: main process is pid {Pid} now");
    public static readonly NoticeKind InBackground = new(
        135, "service.in-background", Warning,
        "{Service}: seems to put itself into the background: keep it in the foreground (an option such as -D, --foreground, " +
        "daemon off), or give it type = \"forking\"");
    public static readonly NoticeKind ServiceWaiting = new(
        136, "service.waiting", Info, "{Service}: waits for {Dependencies} before it is started again");
    public static readonly NoticeKind RestartingAfterDependency = new(
        137, "service.restarting-after-dependency", Warning,
        "{Service}: {Reason}; waits for {Dependencies} before it is started again (failure {Failures} in a row)");
    public static readonly NoticeKind ServiceDeferred = new(
        140, "service.deferred", Warning,
        "{Service}: the container is short of something: {Reason}; started again in {Seconds:0.0} s, not counted (try {Count})");

    public static readonly NoticeKind OutputDropped = new(
        201, "output.dropped", Warning, "{Service}: {Lines:#line} of {Stream} dropped, over its log_rate_limit");

    public static readonly NoticeKind StartingUp = new(301, "system.starting", Info, "starting {Services:#service}");
    public static readonly NoticeKind Up = new(302, "system.up", Info, "up after {Seconds:0.00} s: {Running} running, {Done} done");
    public static readonly NoticeKind Degraded = new(
        303, "system.up-degraded", Warning, "degraded after {Seconds:0.00} s: {Running} running, {Done} done, without {Missing|(orphans)}");
    public static readonly NoticeKind StartupTimedOut = new(
        304, "system.startup-timed-out", Error, "startup took longer than {Timeout}; not up: {Pending|(orphans)}");
    public static readonly NoticeKind ShuttingDown = new(
        305, "system.shutting-down", Info, "shutting down ({Reason}), {Timeout} at most");
    public static readonly NoticeKind Emergency = new(
        306, "system.emergency", Warning, "emergency ({Reason}): killed at once: {Remaining|(orphans)}");
    public static readonly NoticeKind Down = new(307, "system.down", Info, "down after {Seconds:0.00} s, exit code {ExitCode}");
    public static readonly NoticeKind BeyondKill = new(
        308, "system.beyond-kill", Error, "still there after SIGKILL (uninterruptible sleep?): {Remaining|(orphans)}");
    public static readonly NoticeKind SignalIgnored = new(309, "signal.ignored", Warning, "{Signal} has no meaning here and was ignored");
    public static readonly NoticeKind ConfigurationWarning = new(310, "config.warning", Warning, "{Warning}");
    public static readonly NoticeKind LimitsByKernel = new(
        311, "limits.enforced", Info, "each service has a cgroup of its own below {Workload}; controllers: {Controllers}");
    public static readonly NoticeKind LimitsNotByKernel = new(
        312, "limits.not-enforced", Warning,
        "LIMITS NOT ENFORCED BY THE KERNEL ({Controllers}): {Reason}; {Consequence}{Remedy}; mcp-init doctor says more");
    public static readonly NoticeKind NoCgroups = new(313, "limits.no-cgroups", Debug, "no cgroups of our own: {Reason}");
    public static readonly NoticeKind LimitsWithoutSwap = new(314, "limits.without-swap", Warning, "{Reason}");
    public static readonly NoticeKind LimitsOff = new(
        315, "limits.off", Warning, "the file's limits have no effect: limits.enforce is \"off\"");
    public static readonly NoticeKind SignalForwarded = new(
        316, "signal.forwarded", Info, "{Signal} passed on to {Service} (pid {Pid})");
    public static readonly NoticeKind SignalNotForwarded = new(
        317, "signal.dropped", Warning, "{Signal} is for {Service}, which does not run, and was dropped");
    public static readonly NoticeKind Status = new(318, "system.status", Info, "status: {Status}");
    public static readonly NoticeKind NowDegraded = new(319, "system.degraded", Warning, "degraded: without {Missing|(orphans)}");
    public static readonly NoticeKind WholeAgain = new(320, "system.whole", Info, "whole again: nothing is missing");
    public static readonly NoticeKind Reloaded = new(
        321, "config.reloaded", Info,
        "reloaded: restarting {Restarted|none}, starting {Started|none}, removing {Removed|none}, {Unchanged} unchanged");
    public static readonly NoticeKind ReloadProblem = new(322, "config.problem", Error, "reload: {Problem}");
    public static readonly NoticeKind NotReloaded = new(
        323, "config.refused", Error, "not reloaded: the previous configuration stays in force");
    public static readonly NoticeKind ServersReloaded = new(
        324, "config.servers-reloaded", Info,
        "reloaded: servers changed {Changed|none}, new {Added|none}, removed {Removed|none}; launches from now on go by the new file");
    public static readonly NoticeKind NothingToStart = new(
        325, "system.starting-none", Info, "no service to start; {Servers:#server|servers} may be launched");
    public static readonly NoticeKind StopSignalIgnored = new(
        330, "signal.stop-ignored", Warning,
        "{Signal} has no meaning here and was ignored; if it is the image's STOPSIGNAL, add it to [shutdown] signals, or write " +
        "STOPSIGNAL SIGTERM in the Dockerfile");

    public static readonly NoticeKind Asked = new(331, "operator.asked", Info, "{Request}: asked by {Asker}");

    public static readonly NoticeKind SocketsElsewhere = new(
        332, "control.elsewhere", Info, "the sockets are in {Directory}, since no file can be made in runtime_dir ({Reason})");
    public static readonly NoticeKind ControlSocketProblem = new(
        333, "control.unavailable", Warning, "no operator can act on this mcp-init by its socket: {Reason}");

    public static readonly NoticeKind PressureUnwatched = new(
        336, "pressure.unwatched", Info, "the container: its memory is not watched any more: {Reason}");
    public static readonly NoticeKind LimitsNotLacking = new(
        338, "limits.not-lacking", Info, "the file has no limit any more that the kernel does not enforce");
    public static readonly NoticeKind AlertsWithheld = new(
        339, "alert.withheld", Info,
        "{Service|the container}: alert {Alert}{About|} was raised {Withheld:#time} more in its window, and is over");
    public static readonly NoticeKind AlertRaised = new(
        340, "alert.raised", Warning, "{Service|the container}: alert {Alert}{About|} ({Severity})");
    public static readonly NoticeKind AlertRaisedAgain = new(
        341, "alert.raised-again", Warning,
        "{Service|the container}: alert {Alert}{About|} ({Severity}): {Reason} ({Withheld} withheld)");
    public static readonly NoticeKind AlertOver = new(
        342, "alert.over", Info, "{Service|the container}: alert {Alert}{About|} is over after {Lasted}");
    public static readonly NoticeKind AlertCommandFailed = new(
        343, "alert.command-failed", Warning,
        "command of [alerts]: {Reason}; the log and events have every alert; this is told again once the command has worked");
    public static readonly NoticeKind PressureRelieved = new(
        344, "relief.acted", Warning, "{Service}: ended to relieve memory, {Reason}; considered: {Candidates}");
    public static readonly NoticeKind PressureHigh = new(
        345, "pressure.high", Warning, "the container: memory {Level}: {Used:rounded} of its own limit of {Cap:rounded}, {Percent} %");
    public static readonly NoticeKind PressureNormal = new(
        346, "pressure.normal", Info, "the container: memory normal again: {Used:rounded} of its own limit of {Cap:rounded}, {Percent} %");
    public static readonly NoticeKind PressureHelpless = new(
        347, "pressure.helpless", Error,
        "memory is critical, {Used:rounded} of {Cap:rounded} ({Limit}), {Percent} %, and no run may be ended: {Reason}");
    public static readonly NoticeKind LaunchOverLimit = new(348, "launch.over-limit", Warning, "{Server}: ended, {Reason}");
    public static readonly NoticeKind DiskHigh = new(
        349, "disk.high", Warning, "{Path}: disk {Percent} % full: {Used:rounded} of {Size:rounded}, {Free:rounded} free");
    public static readonly NoticeKind DiskNormal = new(
        350, "disk.normal", Info, "{Path}: disk normal again: {Percent} % full, {Used:rounded} of {Size:rounded}, {Free:rounded} free");
    public static readonly NoticeKind DiskUnknown = new(
        351, "disk.unknown", Warning, "{Path}: how full the disk is cannot be read: {Reason}");

    public static readonly NoticeKind MemoryStalled = new(
        352, "stall.began", Warning,
        "memory stalls: for a tenth of two seconds all processes of services and servers waited for memory ({Share|unknown} of the last " +
        "ten seconds)");
    public static readonly NoticeKind MemoryEased = new(
        353, "stall.ended", Info, "no memory stalls any more; they went on for {Lasted}");
    public static readonly NoticeKind StallsUnknown = new(354, "stall.unknown", Debug, "memory stalls are not told: {Reason}");

    public static readonly NoticeKind TasksHigh = new(
        360, "tasks.high", Warning, "{Service|all together}: number of tasks {Level}: {Used} of {Cap}, {Percent} %");
    public static readonly NoticeKind TasksNormal = new(
        361, "tasks.normal", Info, "{Service|all together}: number of tasks normal again: {Used} of {Cap}, {Percent} %");
    public static readonly NoticeKind UsageUnwatched = new(
        362, "usage.unwatched", Info, "all together: memory and tasks are not watched any more, since nothing runs");

    public static readonly NoticeKind OrphanReaped = new(401, "orphan.reaped", Debug, "reaped orphan pid {Pid}: {Status}");
    public static readonly NoticeKind OrphansKilled = new(402, "orphans.killed", Warning, "processes left after {Grace}: killed");
    public static readonly NoticeKind OrphanFound = new(
        403, "orphan.found", Info, "orphan {Command} (pid {Pid}): belongs to no live service; ended in {Grace}");
    public static readonly NoticeKind OrphanLeft = new(
        404, "orphan.left", Info, "orphan {Command} (pid {Pid}): {Reason}; left alone");
    public static readonly NoticeKind OrphanEnded = new(
        405, "orphan.ended", Warning,
        "orphan {Command} (pid {Pid}): ended, {Status|not a child of mcp-init}; {Count} of this command so far");
    public static readonly NoticeKind OrphanCleanupFailed = new(
        406, "orphan.cleanup-failed", Error,
        "orphan {Command} (pid {Pid}): cleanup failed: still there after SIGKILL was sent {Kills:#time} (uninterruptible sleep?)");
    public static readonly NoticeKind MoreOrphans = new(
        407, "orphans.found", Warning,
        "orphans: {Found} more found; {Beyond} over the limit of orphans at a time, which are handled when others are gone");
    public static readonly NoticeKind MoreOrphansEnded = new(
        408, "orphans.ended", Warning, "orphans: {Count} more ended since the last look");

    public static readonly NoticeKind LaunchStarted = new(
        501, "launch.started", Info, "{Server}: launched by {Service|a process outside of the services} (pid {Pid})");
    public static readonly NoticeKind LaunchEnding = new(502, "launch.ending", Info, "{Server}: mcp-init ends it. {Reason}");
    public static readonly NoticeKind LaunchEnded = new(
        503, "launch.ended", Info, "{Server}: ended after {Seconds:0.00} s. {Reason|It ended by itself.}");
    public static readonly NoticeKind LaunchRefused = new(
        504, "launch.refused", Warning,
        "{Server}: not launched for {Service|a process outside of the services} (pid {Pid}): {Code}: {Reason}");
    public static readonly NoticeKind LaunchesRefused = new(
        505, "launches.refused", Warning, "{Count:#launch/launches} more refused since");
    public static readonly NoticeKind LaunchStatus = new(506, "launch.status", Info, "{Server}: {Status}");
    public static readonly NoticeKind LaunchCutOff = new(
        507, "launch.cut-off", Warning,
        "{Server}: it ended while it started; if {Program} was installing, its cache may be broken: remove npm's _npx directory if the " +
        "next start says ERR_MODULE_NOT_FOUND");
    public static readonly NoticeKind LaunchRunner = new(508, "launch.runner", Info, "{Server}: {Runner}");
    public static readonly NoticeKind LaunchFailed = new(
        509, "launch.failed", Warning, "{Server}: ended after {Seconds:0.00} s: {Status}");
    public static readonly NoticeKind LaunchUnknown = new(
        510, "launch.unknown", Warning, "{Server}: the configuration has no table for it; did you mean [server.{Near}]?");
    public static readonly NoticeKind LaunchWaits = new(511, "launch.waits", Debug, "{Server}: {Text}");
    public static readonly NoticeKind NoLaunchSocketForServers = new(
        591, "launch.unavailable", Warning,
        "no MCP server can be launched through mcp-init: {Reason}; servers run as if it was not there, without limits and without an end");
    public static readonly NoticeKind NoLaunchSocket = new(
        592, "launch.unavailable-unused", Debug, "no MCP server can be launched through mcp-init: {Reason}");
    public static readonly NoticeKind LaunchTurnedAway = new(
        593, "launch.turned-away", Warning, "a launch was refused to pid {Pid} of user {User}: {Reason}");
    public static readonly NoticeKind MoreLaunchesTurnedAway = new(
        594, "launch.more-turned-away", Warning, "{Count:#launch/launches} more refused in the last minute");

    public static readonly NoticeKind Bug = new(901, "init.bug", Error, "bug, please report: {Text}");
    public static readonly NoticeKind Repaired = new(902, "init.repaired", Warning, "repaired: {What}");
    public static readonly NoticeKind MemoryShort = new(
        903, "init.memory-short", Error, "out of memory at the limit of the heap; the step that failed is tried again");
    public static readonly NoticeKind MemoryBack = new(904, "init.memory-back", Info, "memory is available again");
}
