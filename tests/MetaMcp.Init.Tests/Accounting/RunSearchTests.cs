using System.Diagnostics;
using System.Globalization;
using MetaMcp.Init.Accounting;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.EndToEnd.Harness;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Accounting;

/// <summary>Real processes below a shell that is a subreaper, and stands for mcp-init.</summary>
public sealed class RunSearchTests : IDisposable
{
    private const string Service = "mcp-1764316073412-12", Server = "mcp-1764316073412-31";

    private readonly List<int> _pids = [];
    private Process? _init;

    private int Main => _pids[0];

    [Fact]
    public void Processes_below_the_main_process_belong_to_its_run()
    {
        Start("sleep 100 & echo $!; sleep 100 & echo $!; wait", 2);
        Assert.Equal(_pids.Order(), Found(Service).Order());
    }

    [Fact]
    public void A_launched_server_is_counted_apart_from_the_service_that_started_it()
    {
        Start("sh -c 'echo $$; sleep 100 & echo $!; wait' & wait", 2);
        Assert.Equal([_pids[1], _pids[2]], Found(Server, _pids[1]).Order());
        Assert.Equal([Main], Found(Service, _pids[1]));
    }

    [Fact]
    public void A_process_that_lost_its_parent_is_found_by_its_session()
    {
        Start("(env -u MCP_INIT_INSTANCE sleep 100 & echo $!); sleep 100 & echo $!; wait", 2);
        Assert.True(SpinWait.SpinUntil(() => Found(Service).Contains(_pids[1]), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_process_in_a_session_of_its_own_is_found_by_the_run_that_its_environment_names()
    {
        Start("(setsid sh -c 'echo $$; exec sleep 100' &); sleep 100 & echo $!; wait", 2);
        Assert.True(SpinWait.SpinUntil(() => _pids.TrueForAll(Found(Service).Contains), TimeSpan.FromSeconds(10)));
        Assert.NotEqual(3, Found("mcp-1764316073412-99").Count);
    }

    [Fact]
    public void The_figures_of_a_run_are_those_of_its_processes()
    {
        Start("sleep 100 & echo $!; wait", 1);
        var document = UsageReader.Read(Document(Service, null), UsageParts.All);
        var usage = document.UsageOf("service")!;
        Assert.True(usage.IsEstimate);
        Assert.Equal(2, usage.Processes);
        Assert.Equal(2, usage.Tasks);
        Assert.InRange(usage.Memory!.Value, 100 << 10, 100 << 20);
        Assert.InRange(usage.CpuTime!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(2, document.Workload!.Processes);
    }

    /// <summary>The child has ended, and sleep does not collect it.</summary>
    [Fact]
    public void What_a_process_has_used_that_waits_to_be_collected_stays_used()
    {
        Start($"sh -c '{Burn}' & exec sh -c 'echo $$; exec sleep 100'", 1);
        var times = new List<TimeSpan>();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                times.Add(Usage(hasLaunched: false).CpuTime!.Value);
                return Usage(hasLaunched: false).Processes == 1;
            },
            TimeSpan.FromSeconds(60)));
        Assert.InRange(times.Max(), TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));
        Assert.InRange(Usage(hasLaunched: false).CpuTime!.Value, times.Max(), TimeSpan.FromMinutes(1));
    }

    /// <summary>A launched server that has ended was collected by the service, and is no use of the service.</summary>
    [Fact]
    public void Of_a_service_that_launches_servers_collected_children_do_not_count()
    {
        Start($"sh -c '{Burn}'; echo 1; sleep 100", 1);
        _pids.RemoveAt(1);
        var all = Usage(hasLaunched: false);
        Assert.True(all.IsCpuEstimate);
        Assert.InRange(all.CpuTime!.Value, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));
        Assert.InRange(Usage(hasLaunched: true).CpuTime!.Value, TimeSpan.Zero, all.CpuTime.Value / 2);
    }

    /// <summary>Some tenths of a second of processor time.</summary>
    private const string Burn = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";

    private Usage Usage(bool hasLaunched)
    {
        var document = Document(Service, null);
        document = document with { Services = [document.Services[0] with { HasLaunched = hasLaunched }] };
        return UsageReader.Read(document, UsageParts.All).UsageOf("service")!;
    }

    [Fact]
    public void Without_mcp_init_in_sight_nothing_is_known()
    {
        Start("sleep 100 & echo $!; wait", 1);
        var document = Document(Service, null);
        document = UsageReader.Read(document with { System = document.System with { Pid = int.MaxValue - 1 } }, UsageParts.All);
        Assert.Null(document.UsageOf("service")!.Memory);
        Assert.Null(document.Workload);
    }

    public void Dispose()
    {
        foreach (var pid in _pids)
            _ = kill(pid, 9);
        _init?.Kill();
        _init?.Dispose();
    }

    /// <param name="script">The main process of the service, a session of its own; writes pids.</param>
    /// <param name="lines">The number of pids.</param>
    private void Start(string script, int lines)
    {
        var start = new ProcessStartInfo(
            Files.Program("subreaper"), ["/bin/sh", "-c", "setsid sh -c \"echo \\$\\$; $SCRIPT\" & wait; wait; wait; exec sleep 100"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["SCRIPT"] = script;
        start.Environment["MCP_INIT_INSTANCE"] = $"mcp-1-7-0123456789abcdef,{Service}-0123456789abcdef";
        _init = Process.Start(start)!;
        for (var line = 0; line < lines + 1; line++)
            _pids.Add(int.Parse(_init.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture));
    }

    private List<int> Found(string id, int? server = null) =>
        new RunSearch(Document(id == Server ? Service : id, server)).Of(id).ConvertAll(process => process.Stat.Pid);

    private StatusDocument Document(string service, int? server) => new(
        new SystemRow
        {
            Version = "1", Pid = _init!.Id, Uptime = TimeSpan.Zero, Phase = SystemPhase.Running, Ready = 1, Services = 1,
        },
        [new ServiceRow { Name = "service", Condition = ServiceCondition.Ready, Since = TimeSpan.Zero, Pid = Main, Instance = service }],
        [],
        server is not { } pid ? []
            : [
                new InstanceRow
                {
                    Id = Server, Name = "memory@31", Server = "memory", Slot = 1, Condition = InstanceCondition.Busy, Age = TimeSpan.Zero,
                    Pid = pid,
                },
            ]);
}
