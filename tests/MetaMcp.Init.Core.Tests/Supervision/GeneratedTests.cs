using System.Collections.Immutable;
using CsCheck;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>
/// Generated graphs and generated events; <see cref="Chaos"/> has the rules. A failure prints the smallest case that was found and its
/// seed: set <c>CsCheck_Seed</c> to the seed to repeat the case.
/// </summary>
public sealed class GeneratedTests
{
    private static readonly ReadyRule[] Rules = [ReadyRule.Started, ReadyRule.Probe, ReadyRule.NotifyFd, ReadyRule.SdNotify];

    /// <summary>A service as numbers; bit n of a mask names the n-th service before it.</summary>
    private static readonly Gen<(int DependsOn, int After, int Sparse, int Kind, int Times)> Services =
        Gen.Select(Gen.Int[0, 255], Gen.Int[0, 255], Gen.Int[0, 255], Gen.Int[0, 255], Gen.Int[0, 63]);

    [Fact]
    public void Nothing_breaks_the_rules_whatever_happens_in_whatever_order()
    {
        var (cases, events, successions, asked) = (0, 0L, 0L, 0L);
        Gen.Select(Services.Array[1, 8], Gen.Byte.Array[0, 160], Gen.Int[0, 23]).Sample(
            (services, choices, system) =>
            {
                var plan = PlanOf(services, system);
                var chaos = new Chaos(plan, (ulong)choices.Length + 1);
                try
                {
                    chaos.Run(choices);
                }
                catch (Exception broken)
                {
                    throw new InvalidOperationException($"{broken.Message}\n{chaos.Trace}", broken);
                }
                Interlocked.Increment(ref cases);
                Interlocked.Add(ref events, chaos.Events);
                Interlocked.Add(ref successions, chaos.Successions);
                Interlocked.Add(ref asked, chaos.Asked);
            },
            iter: 12_000);
        Assert.True(events > 20L * cases, $"{events} events in {cases} cases are hardly any");
        Assert.True(asked > cases, $"{asked} requests of operators in {cases} cases are hardly any");
        Assert.True(successions * 100 > cases, $"{successions} main processes in the background in {cases} cases are hardly any");
    }

    [Fact]
    public void An_undisturbed_start_reaches_every_service_and_an_undisturbed_stop_leaves_none()
    {
        Services.Array[1, 8].Sample(
            services =>
            {
                // Without a pidfile the main process is known a moment later.
                var settings = PlanOf(services, 0).Settings;
                var plan =
                    Plan.Build(
                    settings with { Services = [
                    .. settings.Services.Select(s => s.IsForking ? s with { PidFile = "/run/s.pid" } : s)] }).Plan!;
                var world = new World(plan.Settings);
                foreach (var service in plan.Services)
                {
                    var program = world.Program(service.Name);
                    if (service.Settings.Type == ServiceType.Oneshot || service.Settings.IsForking)
                        program.ExitsAtOnce = 0;
                    if (!service.Settings.IsForking)
                        continue;
                    program.LeavesBehind = true;
                    (program.Probe, program.ProbeSays) = (ProbeBehaviour.Succeeds, ($"{500 + service.Index}", 1));
                }
                world.Begin();
                foreach (var service in plan.StartWaves.SelectMany(wave => wave).Select(i => plan.Services[i]))
                    if (service.Settings.Ready is ReadyRule.NotifyFd or ReadyRule.SdNotify)
                        world.Notifies(service.Name);
                Assert.All(plan.Services, s => Assert.True(
                    world.StateOf(s.Name) is Core.Services.ServiceState.Active { Run: Core.Runs.RunState.Ready } or
                        Core.Services.ServiceState.Completed
                        or Core.Services.ServiceState.Stopped));
                foreach (var service in plan.Services)
                    world.Program(service.Name).LeavesBehind = false;
                world.Signal(Values.Signal.Term);
                Assert.Equal(0, world.ExitCode);
                Assert.Equal(TimeSpan.Zero, world.Elapsed);
            },
            iter: 1_000);
    }

    private static Plan PlanOf((int DependsOn, int After, int Sparse, int Kind, int Times)[] services, int system)
    {
        var all = services.Select((s, i) => ServiceOf(s, i)).ToList();
        // The file may name the services in any order, so half of the cases reverse it.
        if (system % 2 == 1)
            all.Reverse();
        var result = Plan.Build(new Settings
        {
            Services = [.. all],
            Init = new InitSettings { ExitWhen = (ExitRule)(system / 2 % 3), OrphanGrace = TimeSpan.FromSeconds(3) },
            Alerts = new AlertSettings
            {
                Enabled = system % 5 != 4, Window = TimeSpan.FromSeconds(system), Command = system % 2 == 0 ? ["/bin/notify"] : [],
            },
            Limits = new LimitSettings
            {
                Memory = system % 4 == 1 ? new Values.ByteSize(300 << 20) : null,
                Disk = system % 5 == 2 ? ["/", "/data"] : [],
            },
            Startup = new StartupSettings { Timeout = TimeSpan.FromSeconds(20), Retries = system / 6 },
            Shutdown = new ShutdownSettings { Timeout = TimeSpan.FromSeconds(15), MaxConcurrent = 1 + (system % 3), Retries = system % 2 },
        });
        return result.Plan ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }

    private static ServiceSettings ServiceOf((int DependsOn, int After, int Sparse, int Kind, int Times) service, int index)
    {
        ImmutableArray<string> Names(int mask) =>
            [.. Enumerable.Range(0, index).Where(i => (mask & service.Sparse & (1 << i)) != 0).Select(i => $"s{i}")];
        var isOneshot = service.Kind % 3 == 0;
        var plain = isOneshot ? Make.Oneshot($"s{index}") : Make.Daemon($"s{index}");
        var policy = (RestartPolicy)(service.Kind / 3 % 3);
        var ready = isOneshot ? ReadyRule.Started : Rules[service.Kind / 36 % 4];
        var isForking = !isOneshot && (ready is ReadyRule.Started or ReadyRule.Probe) && service.Sparse % 2 == 1;
        return plain.Needs(Names(service.DependsOn)).ComesAfter(Names(service.After)) with
        {
            RestartWith = service.Kind % 5 == 1 ? Names(service.DependsOn) : [],
            Required = service.Kind / 9 % 4 == 0,
            Ready = ready,
            IsForking = isForking,
            PidFile = isForking && service.Sparse % 4 == 1 ? "/run/s.pid" : null,
            Probe = isOneshot ? null : new ProbeSettings
            {
                Target = new ProbeTarget.Tcp("127.0.0.1:1"), Timeout = TimeSpan.FromSeconds(1 + (service.Times % 2)),
                    Interval = TimeSpan.FromSeconds(1),
                Retries = 1 + (service.Kind % 3), StartPeriod = TimeSpan.FromSeconds(service.Kind % 2),
                    UnhealthyAfter = TimeSpan.FromSeconds(5),
            },
            StopCommand = service.Kind % 7 == 3 ? ["/bin/stop"] : [],
            SuccessExitCodes = service.Kind % 2 == 0 ? [3] : [],
            StartTimeout = TimeSpan.FromSeconds(1 + (service.Times % 8)),
            StopTimeout = TimeSpan.FromSeconds(1 + (service.Times / 8)),
            Limits = new CgroupLimits
            {
                MemoryMax = service.Kind % 4 == 1 ? new Values.ByteSize(100 << 20) : null,
                TasksMax = service.Kind % 5 == 2 ? 60 : null,
            },
            Restart = new RestartSettings
            {
                MaxRestarts = service.Times % 7 == 3 ? 2 : null,
                Policy = isOneshot && policy == RestartPolicy.Always ? RestartPolicy.OnFailure : policy,
                Backoff =
                    new BackoffSettings { Initial = TimeSpan.FromMilliseconds(100), Max = TimeSpan.FromSeconds(4),
                    ResetAfter = TimeSpan.FromSeconds(5) },
                Breaker =
                    new BreakerSettings { Failures = 1 + (service.Times % 5), Window = TimeSpan.FromSeconds(10),
                    OpenFor = TimeSpan.FromSeconds(3) },
            },
        };
    }
}
