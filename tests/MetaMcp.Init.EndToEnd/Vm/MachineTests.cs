using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

[Collection(SmallMachineTests.Name)]
public sealed class MachineTests(SmallMachine small)
{
    [Fact]
    public async Task Output_and_exit_code_arrive()
    {
        var ended = await small.Machine.Run("sh", "-c", "echo one; echo two >&2; exit 7");
        Assert.Equal(7, ended.Code);
        Assert.Equal(["one"], ended.Stdout);
        Assert.Equal(["two"], ended.Stderr);
    }

    [Fact]
    public async Task Commands_run_side_by_side()
    {
        var first = await small.Machine.Start("cat");
        var second = await small.Machine.Start("cat");
        await second.Type("second\n");
        await second.WaitFor("second");
        await first.Type("first\n");
        await first.WaitFor("first");
        await first.CloseStdin();
        Assert.Equal(0, await first.WaitForExit());
        await second.Signal(15);
        Assert.Equal(128 + 15, await second.WaitForExit());
    }

    [Fact]
    public async Task Much_output_arrives_whole()
    {
        var ended = await small.Machine.Run(Patience.Long, "seq", "100000");
        Assert.Equal(Enumerable.Range(1, 100000).Select(number => $"{number}"), ended.Stdout);
    }

    [Fact]
    public async Task A_file_is_written()
    {
        await small.Machine.Write("/etc/deep/down.toml", "a = 'b'\n");
        Assert.Equal(["a = 'b'"], (await small.Machine.Run("cat", "/etc/deep/down.toml")).Stdout);
    }

    [Fact]
    public async Task Every_controller_is_offered()
    {
        var ended = await small.Machine.Run("cat", "/sys/fs/cgroup/cgroup.subtree_control");
        Assert.Equal(["cpuset cpu io memory hugetlb pids"], ended.Stdout);
    }

    [Fact]
    public async Task A_container_has_a_cgroup_of_its_own_as_the_root_above_all()
    {
        const string Script = """
            set -e
            cd /sys/fs/cgroup
            cat /proc/self/cgroup cgroup.type cgroup.controllers memory.max
            mkdir init && echo 1 >init/cgroup.procs && echo $$ >init/cgroup.procs
            for name in cpu memory pids; do echo +$name >cgroup.subtree_control; done
            cat cgroup.subtree_control
            echo pid $$
            exit 5
            """;
        var ended = await small.Machine.Run("container", "--set", "memory.max=64M", "--", "sh", "-c", Script);
        Assert.Equal(["0::/", "domain", "cpu memory pids", "67108864", "cpu memory pids", "pid 1"], ended.Stdout);
        Assert.Equal(5, ended.Code);
    }

    [Fact]
    public async Task A_container_may_have_a_read_only_cgroup_file_system()
    {
        var ended = await small.Machine.Run("container", "--cgroup", "ro", "--", "mkdir", "/sys/fs/cgroup/init");
        Assert.Contains(ended.Stderr, line => line.Contains("Read-only file system", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_container_leaves_nothing_behind()
    {
        await small.Machine.Run("container", "--name", "gone", "--", "sh", "-c", "mkdir /sys/fs/cgroup/deeper; sleep 100 & exit 0");
        Assert.NotEqual(0, (await small.Machine.Run("test", "-e", "/sys/fs/cgroup/gone")).Code);
    }

    [Fact]
    public async Task Mcp_init_is_the_first_process_of_the_machine()
    {
        using var scratch = new Scratch();
        var toml = scratch.Write("mcp-init.toml", """
            [service.server]
            command = ["sh", "-c", "echo $PPID is the parent; exec /tests/hang"]
            """);
        await using var machine = await VirtualMachine.Boot(new MachineOptions
        {
            First = ["mcp-init", "run", "--config", "/etc/mcp-init.toml"],
            Files = [(toml, "/etc/mcp-init.toml")],
        });
        await machine.First.WaitFor("1 is the parent");
        await machine.First.WaitForLog("", "up after");
        await machine.Run("kill", "-TERM", "1");
        Assert.Equal(0, await machine.First.WaitForExit());
        Assert.True(machine.First.Lines.HasLogged("", "down after"));
    }

    [Fact]
    public async Task The_exit_code_of_the_first_process_arrives()
    {
        await using var machine = await VirtualMachine.Boot(new MachineOptions { First = ["mcp-init", "--", "/tests/exits", "42"] });
        Assert.Equal(42, await machine.First.WaitForExit());
    }

    [Fact]
    public async Task The_deadline_ends_it_and_leaves_nothing()
    {
        // A memory size that no other machine has.
        await using (var machine = await VirtualMachine.Boot(new MachineOptions { Memory = 333, Deadline = TimeSpan.FromSeconds(30) }))
        {
            Assert.Single(Emulators("333"));
            var command = await machine.Start("sleep", "1000");
            await Assert.ThrowsAsync<EndOfStreamException>(() => command.WaitForExit(Patience.Long));
            Assert.Contains("still running after 30 s", machine.Said, StringComparison.Ordinal);
        }
        Assert.Empty(Emulators("333"));
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), "mcp-init-vm-*"));
    }

    [Fact]
    public async Task The_emulator_dies_with_its_starter()
    {
        await using var machine = await VirtualMachine.Boot(new MachineOptions { Memory = 334 });
        var starter = Assert.Single(Emulators("334")).Parent;
        Native.Signal(starter, 9);
        await Patience.Until(() => Emulators("334").Count == 0, "QEMU has ended");
    }

    private static IReadOnlyList<ProcessInfo> Emulators(string memory) =>
        [.. Process.GetProcessesByName("qemu-system-x86_64")
            .Where(process => File.ReadAllText($"/proc/{process.Id}/cmdline").Contains($"\0-m\0{memory}\0", StringComparison.Ordinal))
            .Select(process => ProcessInfo.Read(process.Id))
            .OfType<ProcessInfo>()];
}
