using MetaMcp.Init.Addressing;
using MetaMcp.Init.Cgroups;
using MetaMcp.Init.ConfigFiles;
using MetaMcp.Init.Control;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Exec;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Kernel;
using MetaMcp.Init.Launching;
using MetaMcp.Init.Logging;
using MetaMcp.Init.Loop;
using MetaMcp.Init.Output;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Sweeping;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Supervising;

/// <summary><c>mcp-init run</c>: init and supervisor on a TOML file.</summary>
internal static class RunVerb
{
    /// <summary>A reader of our output that has stopped reading delays the container's end for at most this time.</summary>
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromMilliseconds(200);

    private const string NoFile = "run: --config names no file; write mcp-init run --config FILE";

    /// <param name="args">The arguments of the verb.</param>
    public static int Run(ReadOnlySpan<string> args)
    {
        _ = StandardStreams.Ensure();
        if (SignalQueue.Open(out var refused) is not { } signals)
            return Refuse($"signalfd: {refused}", ExitCodes.System);
        var startedAt = MonotonicClock.Now;
        if (ReadPlan(args, out var path, out var exitCode, out var warnings) is not { } plan)
            return exitCode;
        if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
            return Refuse($"PR_SET_CHILD_SUBREAPER: {LastError}", ExitCodes.System);
        if (EventPort.Open(out refused) is not { } port)
            return Refuse($"epoll_create1: {refused}", ExitCodes.System);

        var limits = LimitSetup.SetUp(plan.Settings);
        if (plan.Settings.Limits.Enforce == Enforcement.Require && limits.Objection is { } objection)
            return Refuse($"limits.enforce is \"require\", and {objection} (mcp-init doctor says more)", ExitCodes.System);

        using var outputs = StandardOutputs.Open();
        outputs.Clock.Start = startedAt;
        outputs.Clock.Shown = plan.Settings.Init.LogTime;
        using var logger = Log(plan, outputs);
        var log = new Announcer(logger);
        foreach (var warning in warnings)
            log.Tell(Notices.ConfigurationWarning.Of(warning));
        limits.Tell(log);
        var memory = new OutputMemory();
        var hub = new OutputHub(outputs, (service, stream, lines) =>
            log.Tell(Notices.OutputDropped.Of(service, lines, stream == OutputStream.Stdout ? "stdout" : "stderr")), memory);
        Descriptors.CloseOnExec([]);
        var unixTime = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var cookie = new InstanceCookie(
            unixTime, RandomKey.Draw(stackalloc byte[SipHash.KeySize]), StartArguments.Variable(InstanceCookie.Variable));
        DescriptorLimit.Raise();
        var sockets = OpenSockets(plan.Settings, log);
        var starter = new ServiceStarter(plan, hub, NullDevice.Open(), limits.Tree, cookie, sockets.Directory);
        var intercept = new InterceptSetup(
            SocketAddress.IsAbstract(sockets.Directory) ? plan.Settings.Init.RuntimeDirectory : sockets.Directory, starter, log);
        intercept.Apply(plan.Settings);
        var reload = new ConfigReload(path, limits, log, outputs.Clock, intercept);
        var launches = new LaunchSetup(sockets.Launch, cookie, limits.Tree, log.Tell);
        var control = new ControlSetup(sockets.Control, plan.Settings.Init.ControlGroup is not null, limits.Tree);
        var kernel = new LinuxKernel(
            port, signals, outputs, starter, new Census(cookie), runs => new StrangerSearch(runs, limits.Tree, cookie),
            new FileReload(path, reload.Take, reload.Apply), launches, control,
            PressureSources.Of(limits.Tree, limits.Container));
        var supervisor = new Supervisor(
            plan, (ulong)startedAt.Nanoseconds, startedAt, limits.Sampled, new Registry(unixTime),
            limits.Tree?.Controllers ?? Controllers.None, limits.Container is not null);
        var window = supervisor.Window;
        window.Logs.Expect(plan.Services.Length);
        (control.Window, memory.Window) = (window, window);
        log.Begin(supervisor);

        OomScore.Lower();

        void Hear(ToldNotice told)
        {
            memory.Begin();
            window.Hear(told);
        }

        // From here on nothing exits but by the supervisor's word.
        var code = new InitLoop(kernel, supervisor, [told => logger.Tell(told.Notice), Hear]).Run();
        Farewell(kernel);
        Dismantle(limits.Tree);
        sockets.Remove();
        outputs.Flush(FlushTimeout);
        return code;
    }

    /// <summary>The container runs without sockets too; the operator is warned if the file needs them.</summary>
    private static RuntimeSockets OpenSockets(Settings settings, Announcer log)
    {
        var group = settings.Init.ControlGroup is { } name ? Identity.FindGroup(name) : null;
        var sockets = RuntimeSockets.Open(settings.Init.RuntimeDirectory, group);
        if (sockets.Launch is null)
            log.Tell(settings.Servers.IsEmpty && settings.Launch.Intercept.IsEmpty
                ? Notices.NoLaunchSocket.Of(sockets.Problem) : Notices.NoLaunchSocketForServers.Of(sockets.Problem));
        else if (sockets.IsElsewhere)
            log.Tell(Notices.SocketsElsewhere.Of(sockets.Directory, sockets.Problem));
        else if (sockets.Problem.Length > 0)
            log.Tell(Notices.ControlSocketProblem.Of(sockets.Problem));
        if (settings.Init.ControlGroup is { } missing && group is null)
            log.Tell(Notices.ConfigurationWarning.Of($"[init] control_group: there is no group {missing}"));
        return sockets;
    }

    private static void Farewell(LinuxKernel kernel)
    {
        try
        {
            kernel.Farewell();
        }
        catch (OutOfMemoryException)
        {
            // The kernel ends the clients.
        }
    }

    /// <summary>A cgroup of ours that remains does no harm; the exit code must not be lost for it.</summary>
    private static void Dismantle(CgroupTree? tree)
    {
        try
        {
            tree?.Dismantle();
        }
        catch (OutOfMemoryException)
        {
            // The runtime of the container removes it.
        }
    }

    private static Plan? ReadPlan(ReadOnlySpan<string> args, out string path, out int exitCode, out IEnumerable<string> warnings)
    {
        path = "";
        warnings = [];
        exitCode = ExitCodes.Configuration;
        string? given = null;
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--config" && i + 1 < args.Length)
                given = args[++i];
            else if (args[i].StartsWith("--config=", StringComparison.Ordinal))
                given = args[i]["--config=".Length..];
            else if (args[i] == "--config")
                return Refuse(NoFile);
            else
                return Refuse($"run: unknown argument '{args[i]}'; usage: mcp-init run [--config FILE]");
        }
        if (given is "")
            return Refuse(NoFile);
        var file = ConfigLocator.Find(given);
        if (file.Path is null)
            return Refuse(file.Problem);
        path = file.Path;
        var result = ConfigFile.Plan(path);
        if (result.Plan is { } plan)
        {
            warnings = result.Diagnostics.Concat(plan.Settings.NotInForce).Select(d => d.Unmarked);
            return plan.Supervised(UserRights.MayChange);
        }
        foreach (var diagnostic in result.Diagnostics)
            StandardError.TryWriteLine(diagnostic.ToString());
        return null;
    }

    private static InitLogger Log(Plan plan, StandardOutputs outputs)
    {
        var settings = plan.Settings.Init;
        var width = plan.Settings.Services.Select(s => s.Name.Length).Append(LineFormat.OwnName.Length).Max();
        outputs.ShowNotices(settings.LogFormat, width);
        return new InitLogger(outputs.Error)
        {
            Settings = new LogSettings(settings.LogFormat, LogSettings.LevelOf(settings.LogLevel), width),
        };
    }

    private static Plan? Refuse(string message)
    {
        _ = Refuse(message, ExitCodes.Configuration);
        return null;
    }

    private static int Refuse(string message, int code)
    {
        StandardError.TryWriteLine($"mcp-init: {message}");
        return code;
    }
}
