using System.Collections.Immutable;
using System.Globalization;
using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Notifying;
using MetaMcp.Init.Output;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>
/// Starts services, probes, measurements and reads of the file: opens the descriptors of the child, builds its arguments and
/// environment, and spawns our own binary. PID 1 neither executes nor searches for a program of the file: both wait for the program's
/// file system, which may never answer, so the second stage does both. Registers and keeps nothing.
/// </summary>
internal sealed class ServiceStarter(
    Plan plan, OutputHub hub, int nullDescriptor, CgroupTree? cgroups, InstanceCookie cookie, string? runtimeDirectory = null)
{
    private readonly NotifyDirectory _notify = new(plan.Settings.Init.RuntimeDirectory);
    private readonly int _nameWidth = plan.Settings.Services.Select(s => s.Name.Length).Append(LineFormat.OwnName.Length).Max();

    /// <summary>The directory that comes first in the PATH of services; null for none.</summary>
    public string? PathFirst { get; set; }

    /// <summary>/dev/null, in place of descriptors that children are not to have.</summary>
    public int NullDescriptor => nullDescriptor;

    /// <summary>Starts a run. On failure nothing is left open, and the step that was refused comes along.</summary>
    /// <param name="number">Which run.</param>
    /// <param name="settings">Those it is started with.</param>
    /// <param name="problem">Null where there is a process.</param>
    public ServiceRun? Start(long number, ServiceSettings settings, out StartProblem? problem)
    {
        problem = null;
        var run = new ServiceRun(number, settings.Name)
        {
            HasOwnLimits = !settings.Attributes.ResourceLimits.IsEmpty, IsForking = settings.IsForking,
        };
        try
        {
            var error = Start(run, settings, out var step);
            if (run.Pid > 0)
                return run;
            problem = new StartProblem($"{step}: {error}", ExitCodes.System, error.MayPass);
            return null;
        }
        finally
        {
            // Also if memory ended on the way: the descriptors of a run that never began would be lost.
            run.CloseChildsEnds();
            if (run.Pid == 0)
                run.Close();
        }
    }

    private Errno Start(ServiceRun run, ServiceSettings settings, out string step)
    {
        var mappings = new List<DescriptorMapping> { new(settings.Stdin == StdinMode.Inherit ? 0 : nullDescriptor, 0) };
        var errorDescriptor = settings.NotifyFd == ErrorDescriptor ? ErrorDescriptor + 1 : ErrorDescriptor;
        Errno error;
        // The limit is lower only here and not during the spawn: the child finds descriptors at numbers up to the limit.
        using (DescriptorLimit.Reserve())
            error = Open(run, settings, mappings, errorDescriptor, out step);
        if (!error.IsSuccess)
            return error;
        step = "spawn";
        run.HasTerminal = settings.Stdin == StdinMode.Inherit && Terminal.TryLetGo();
        return SpawnSecondStage(settings, run, mappings, errorDescriptor);
    }

    private Errno Open(ServiceRun run, ServiceSettings settings, List<DescriptorMapping> mappings, int errorDescriptor, out string step)
    {
        var error = OpenOutputs(run, settings, mappings, out step);
        if (error.IsSuccess)
            error = OpenNotification(run, settings, mappings, out step);
        if (error.IsSuccess && cgroups is not null)
            run.Cgroup = cgroups.Create(settings.Name, run.Number, settings.Limits, out step, out error);
        if (!error.IsSuccess)
            return error;
        step = "pipe";
        error = Pipe.Open(out var reading, out var writing);
        run.ExecPipe = reading;
        if (error.IsSuccess)
            Give(run, mappings, writing, errorDescriptor);
        return error;
    }

    /// <summary>Starts a probe of a service, which joins the cgroup of the service's run. Returns the pid, or 0.</summary>
    /// <param name="settings">The settings that the service runs with.</param>
    /// <param name="cgroup">The cgroup of the run; null without one.</param>
    /// <param name="output">
    /// The reading end of the probe's output; -1 if the probe was not started, or if there was no pipe and its output is discarded.
    /// </param>
    public int StartProbe(ServiceSettings settings, string? cgroup, out int output)
    {
        var timeout = Duration.Format(settings.Probe!.Timeout);
        ImmutableArray<string> options = cgroup is null ? ["--timeout", timeout] : ["--timeout", timeout, "--cgroup", cgroup];
        ImmutableArray<string> own = settings.Probe.Target switch
        {
            ProbeTarget.Http(var address) => ["probe", "http", address, .. options],
            ProbeTarget.Tcp(var address) => ["probe", "tcp", address, .. options],
            ProbeTarget.Unix(var path) => ["probe", "unix", path, .. options],
            ProbeTarget.Mcp(var address) => ["probe", "mcp", address, .. options],
            // A command of the file runs with the service's attributes.
            ProbeTarget.Exec(var command) =>
                ["exec", .. ExecArguments.Encode(HelperFor(settings, command, cgroup) with { OwnOutput = true })],
            _ => [],
        };
        return StartWithOutput(
            own, settings.Probe.Target is ProbeTarget.Exec ? settings.Environment : settings.Environment.Clear(), out output);
    }

    /// <summary>
    /// Starts a child that writes the pid in a file, or the reason why it cannot. Like <see cref="StartProbe"/>.
    /// </summary>
    public int StartReadingPid(string path, out int output) =>
        StartWithOutput(["read", "--pid", path], ImmutableSortedDictionary<string, string>.Empty, out output);

    private int StartWithOutput(
        ImmutableArray<string> own, ImmutableSortedDictionary<string, string> environment, out int output, int input = -1)
    {
        var hasOutput = Pipe.Open(out output, out var writing).IsSuccess;
        var pid = 0;
        try
        {
            pid = StartHelper(own, environment, hasOutput ? writing : nullDescriptor, input < 0 ? nullDescriptor : input);
            return pid;
        }
        finally
        {
            if (hasOutput)
                _ = close(writing);
            if (hasOutput && pid == 0)
            {
                _ = close(output);
                output = -1;
            }
        }
    }

    /// <summary>
    /// Starts the stop_command of a service with the attributes of the service and MAINPID in its environment (<c>man 5
    /// systemd.service</c>). Returns the pid, or 0.
    /// </summary>
    public int StartStopCommand(ServiceSettings settings, string? cgroup, int main)
    {
        var environment = settings.Environment.SetItem(MainPidVariable, main.ToString(CultureInfo.InvariantCulture));
        var request = HelperFor(settings, settings.StopCommand, cgroup);
        request = request with { Environment = request.Environment with { Kept = [.. environment.Keys] } };
        return StartHelper(["exec", .. ExecArguments.Encode(request)], environment, nullDescriptor, nullDescriptor);
    }

    /// <summary>
    /// Starts the command of [alerts], with our user and environment, a document on its stdin, and its output in a pipe. Returns the pid,
    /// or 0.
    /// </summary>
    public int StartAlertCommand(ImmutableArray<string> command, int input, out int output) => StartWithOutput(
        ["exec", .. ExecArguments.Encode(HelperFor(new ServiceSettings { Name = "alerts", Command = command }, command, null))],
        ImmutableSortedDictionary<string, string>.Empty, out output, input);

    private const string MainPidVariable = "MAINPID";

    private static int StartHelper(
        ImmutableArray<string> own, ImmutableSortedDictionary<string, string> environment, int output, int input)
    {
        ReadOnlySpan<DescriptorMapping> mappings = [new(input, 0), new(output, 1), new(output, 2)];
        return Spawner.SpawnOurselves(["mcp-init", .. own], environment, mappings, out var pid).IsSuccess ? pid : 0;
    }

    /// <summary>
    /// Starts the child that reads how much memory processes have, group by group, and writes the answer to a pipe.
    /// </summary>
    public Errno StartMeasuring(IReadOnlyList<int[]> groups, int answer, out int pid)
    {
        ReadOnlySpan<DescriptorMapping> mappings = [new(nullDescriptor, 0), new(answer, 1), new(nullDescriptor, 2)];
        return Spawner.SpawnOurselves(
            ["mcp-init", "measure", .. MeasureRequest.Encode(groups)], ImmutableSortedDictionary<string, string>.Empty, mappings, out pid);
    }

    /// <summary>Starts the child that reads the configuration and writes it to a pipe.</summary>
    public Errno StartReading(string path, int answer, out int pid)
    {
        ReadOnlySpan<DescriptorMapping> mappings = [new(nullDescriptor, 0), new(answer, 1), new(nullDescriptor, 2)];
        return Spawner.SpawnOurselves(["mcp-init", "read", path], ImmutableSortedDictionary<string, string>.Empty, mappings, out pid);
    }

    /// <summary>Starts the child that reads how full disks are, path by path, and writes the answer to a pipe.</summary>
    public Errno StartReadingSpace(IReadOnlyList<string> paths, int answer, out int pid)
    {
        ReadOnlySpan<DescriptorMapping> mappings = [new(nullDescriptor, 0), new(answer, 1), new(nullDescriptor, 2)];
        return Spawner.SpawnOurselves(
            ["mcp-init", "read", "--space", .. paths], ImmutableSortedDictionary<string, string>.Empty, mappings, out pid);
    }

    /// <summary>The number of the second stage's error pipe: higher than the descriptors that services usually get.</summary>
    private const int ErrorDescriptor = 9;

    private static ExecRequest RequestFor(ServiceSettings settings, ImmutableArray<string> command, int? errorDescriptor) => new()
    {
        Attributes = settings.Attributes,
        SoftDescriptors = DescriptorLimit.Original,
        Environment = new EnvironmentEdits
        {
            Clear = settings.ClearEnvironment,
            Kept = [.. settings.Environment.Keys],
            Files = settings.EnvironmentFile is { } file ? [file] : [],
        },
        CloseDescriptors = true,
        KeptDescriptors = settings.Ready == ReadyRule.NotifyFd ? [settings.NotifyFd] : [],
        OwnOutput = settings.Log is OutputMode.Prefix or OutputMode.Json,
        Terminal = settings.Stdin == StdinMode.Inherit,
        ErrorDescriptor = errorDescriptor,
        Command = command,
    };

    /// <summary>The request of the service, without the descriptors that only the service gets.</summary>
    private static ExecRequest HelperFor(ServiceSettings settings, ImmutableArray<string> command, string? cgroup) =>
        RequestFor(settings, command, null) with { Cgroup = cgroup, KeptDescriptors = [], OwnOutput = false, Terminal = false };

    private Errno OpenOutputs(ServiceRun run, ServiceSettings settings, List<DescriptorMapping> mappings, out string step)
    {
        step = "pipe";
        switch (settings.Log)
        {
            case OutputMode.Inherit:
                return Errno.None;
            case OutputMode.None:
                mappings.Add(new(nullDescriptor, 1));
                mappings.Add(new(nullDescriptor, 2));
                return Errno.None;
            default:
                LineFormat format = settings.Log == OutputMode.Json
                    ? new JsonFormat(settings.Name, OutputStream.Stdout)
                    : new PrefixFormat(settings.Name, _nameWidth);
                LineFormat errorFormat = settings.Log == OutputMode.Json ? new JsonFormat(settings.Name, OutputStream.Stderr) : format;
                var error = Pipe.Open(out var output, out var childsOutput);
                if (!error.IsSuccess)
                    return error;
                run.Output = new ServiceStream(output, settings.Name, OutputStream.Stdout, format, settings.LogRateLimit, hub);
                Give(run, mappings, childsOutput, 1);
                error = Pipe.Open(out var errors, out var childsErrors);
                if (!error.IsSuccess)
                    return error;
                run.Error = new ServiceStream(errors, settings.Name, OutputStream.Stderr, errorFormat, settings.LogRateLimit, hub);
                Give(run, mappings, childsErrors, 2);
                return Errno.None;
        }
    }

    private Errno OpenNotification(ServiceRun run, ServiceSettings settings, List<DescriptorMapping> mappings, out string step)
    {
        step = "notification";
        if (settings.Type != ServiceType.Daemon)
            return Errno.None;
        switch (settings.Ready)
        {
            case ReadyRule.NotifyFd:
                var error = Pipe.Open(out var reading, out var writing);
                run.NotifyPipe = reading;
                if (error.IsSuccess)
                    Give(run, mappings, writing, settings.NotifyFd);
                return error;
            case ReadyRule.SdNotify:
                return OpenSocket(run, settings);
            default:
                return settings.Watchdog is null ? Errno.None : OpenSocket(run, settings);
        }
    }

    private Errno OpenSocket(ServiceRun run, ServiceSettings settings)
    {
        run.NotifySocket = NotifySocket.Open(_notify.Path, isOpenToAll: settings.Attributes.User is null, out var refused);
        return refused;
    }

    private static void Give(ServiceRun run, List<DescriptorMapping> mappings, int ours, int childs)
    {
        run.ChildsEnds.Add(ours);
        mappings.Add(new(ours, childs));
    }

    private Errno SpawnSecondStage(ServiceSettings settings, ServiceRun run, List<DescriptorMapping> mappings, int errorDescriptor)
    {
        var isOurselves = settings.Command is [ServeService.Ourselves, ..];
        var command = isOurselves ? settings.Command.SetItem(0, SelfExecutable.Path) : settings.Command;
        var request = RequestFor(settings, command, errorDescriptor) with
        {
            Cgroup = run.Cgroup?.Directory, OwnSocket = run.NotifySocket?.Path, PathFirst = PathFirst,
        };
        var environment = EnvironmentOf(settings, run);
        request = request with { Environment = request.Environment with { Kept = [.. environment.Keys] } };
        var arguments = ExecArguments.Encode(request);
        var error = Spawner.SpawnOurselves(["mcp-init", "exec", .. arguments], environment, [.. mappings], out var pid);
        run.Pid = pid;
        return error;
    }

    private const string NotifyVariable = "NOTIFY_SOCKET";

    /// <summary>
    /// <c>man 3 sd_watchdog_enabled</c>; without WATCHDOG_PID it applies to every process that has the variable.
    /// </summary>
    private const string WatchdogVariable = "WATCHDOG_USEC";

    private ImmutableSortedDictionary<string, string> EnvironmentOf(ServiceSettings settings, ServiceRun run)
    {
        // A probe does not get this variable: processes that a probe starts are no part of the service.
        var environment = settings.Environment.SetItem(InstanceCookie.Variable, cookie.Of(run.Number));
        if ((runtimeDirectory ?? plan.Settings.Init.RuntimeDirectory) is var directory && directory != InitSettings.DefaultRuntimeDirectory)
            environment = environment.SetItem(LaunchPaths.RuntimeVariable, directory);
        if (run.NotifySocket is { } socket)
            environment = environment.SetItem(NotifyVariable, socket.Address);
        return settings.Watchdog is { } time
            ? environment.SetItem(WatchdogVariable, ((long)time.TotalMicroseconds).ToString(CultureInfo.InvariantCulture)) : environment;
    }
}
