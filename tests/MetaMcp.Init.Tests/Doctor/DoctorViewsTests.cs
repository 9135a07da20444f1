using System.Text;
using System.Text.Json;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Doctor;

namespace MetaMcp.Init.Tests.Doctor;

public sealed class DoctorViewsTests
{
    private static readonly Plan Plan = Core.Planning.Plan.Of(ConfigReader.Read(
        "f.toml",
        """
        [shutdown]
        timeout = "50s"

        [service.backend]
        command = ["node", "dist/index.js"]
        user = "node"
        environment = { TOKEN = "hunter2" }
        """u8.ToArray())).Plan!;

    private static readonly Facts Docker = new()
    {
        Release = "6.1.0-13-amd64",
        Machine = "x86_64",
        Pid = 1,
        FirstProcess = "mcp-init",
        UserName = "root",
        UidMap = IdMap.Read("0 0 4294967295"u8),
        HasOwnPidNamespace = true,
        Containers = ["docker"],
        SeccompMode = 2,
        Calls = [new("waitid", Errno.None), new("clone3", new Errno(Errno.ENOSYS))],
        Capabilities = 0xa80425fb & ~(1UL << CapabilityTable.Find("setuid")),
        BoundingCapabilities = 0xa80425fb,
        OpenFiles = 1024,
        Swap = new ByteSize(0),
        Pressure = new() { OfMachine = true },
        RuntimeDirectory = new() { Path = "/run/mcp-init", Nearest = "/run" },
        Cgroup = new()
        {
            Access = new("/sys/fs/cgroup", CgroupObstacle.ReadOnly),
            HasOwnNamespace = true,
            Type = "domain",
            Controllers = ["cpu", "memory", "pids"],
            MemoryMax = new ByteSize(512 << 20),
            OomKills = 2,
            HasSwapMax = true,
        },
    };

    private static readonly string[] Platforms = ["docker", "compose", "podman", "containerd", "kubernetes", "image", "host"];

    private static readonly Examination Examination = Examination.Of(Docker, Plan);

    [Fact]
    public void The_page_begins_with_what_is_and_ends_with_one_line()
    {
        var lines = DoctorText.Render(Examination, "f.toml").TrimEnd('\n').Split('\n');
        Assert.Equal("this container, for f.toml", lines[0]);
        Assert.Contains("  cgroup        version 2 at /sys/fs/cgroup, read-only; controllers: cpu memory pids", lines);
        Assert.Contains("  its limits    memory 512MiB; 2 killed for want of memory", lines);
        Assert.Contains("  seccomp       a filter; refused: clone3 (ENOSYS)", lines);
        Assert.Equal("1 error, 1 warning, 5 notes; limits can only be watched, not enforced by the kernel", lines[^1]);
    }

    [Fact]
    public void A_shortfall_stands_with_what_it_costs_and_its_settings_in_one_column() => Assert.Contains(
        """
          cgroup-read-only
            found       cgroup v2 is read-only at /sys/fs/cgroup, as Docker, Podman and Kubernetes mount it by default
            costs       no service has a limit of its own that the kernel enforces: memory and tasks are only watched and
                        acted on late
            docker      --security-opt writable-cgroups=true (Docker 28 and later), else --privileged
            compose     security_opt: ["writable-cgroups=true"] (Docker 28 and later), else privileged: true
            podman      --security-opt unmask=/sys/fs/cgroup, or --systemd=always (then it is stopped by SIGRTMIN+3)
        """,
        DoctorText.Render(Examination, "f.toml"), StringComparison.Ordinal);

    [Fact]
    public void The_worst_comes_first()
    {
        var page = DoctorText.Render(Examination, "f.toml");
        List<string> words = ["ERRORS", "capability-setuid", "WARNINGS", "cgroup-read-only", "NOTES", "stop-grace"];
        var order = words.Select(w => page.IndexOf(w, StringComparison.Ordinal)).ToList();
        Assert.Equal(order.Order(), order);
        Assert.DoesNotContain(-1, order);
    }

    [Fact]
    public void No_line_is_wider_than_a_terminal() => Assert.All(
        DoctorText.Render(Examination, "f.toml").Split('\n'), line => Assert.InRange(line.Length, 0, 120));

    [Fact]
    public void The_document_has_every_finding_with_a_remedy_or_null_for_every_platform()
    {
        using var document = JsonDocument.Parse(DoctorJson.Render(Examination, "f.toml").ToArray());
        var root = document.RootElement;
        Assert.Equal("v2", root.GetProperty("facts").GetProperty("cgroup").GetProperty("version").GetString());
        Assert.Equal("ENOSYS", root.GetProperty("facts").GetProperty("calls").GetProperty("clone3").GetString());
        Assert.Equal(512 << 20, root.GetProperty("facts").GetProperty("cgroup").GetProperty("memory_max").GetInt64());
        Assert.Equal(
            Examination.Findings.Select(f => f.Id),
            root.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("id").GetString()));
        Assert.All(root.GetProperty("findings").EnumerateArray(), finding => Assert.All(
            Platforms,
            platform => Assert.True(finding.GetProperty("remedies").TryGetProperty(platform, out _))));
        Assert.Equal(Examination.Summary, root.GetProperty("summary").GetString());
    }

    [Fact]
    public void Neither_shows_a_value_of_the_environment_or_obeys_the_name_of_a_process()
    {
        var hostile = Examination.Of(Docker with { Pid = 2, FirstProcess = "\u001b[2J\u009b31m", HidePid = "2\u001b[H" }, Plan);
        Assert.All([DoctorText.Render(hostile, "f"), Encoding.UTF8.GetString(DoctorJson.Render(hostile, "f"))], view =>
        {
            Assert.DoesNotContain("hunter2", view, StringComparison.Ordinal);
            Assert.DoesNotContain(view, c => char.IsControl(c) && c != '\n');
        });
    }
}
