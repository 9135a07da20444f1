using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.Tests.Cgroups;

/// <summary>A cgroup for one test in this machine's own version 2, with or without controllers; its processes end with it.</summary>
internal sealed class OwnCgroup : IDisposable
{
    private readonly List<Process> _processes = [];

    public OwnCgroup()
    {
        var mount = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).First(fields => fields[2] == "cgroup2")[1];
        FullName = Directory.CreateDirectory(Path.Combine(mount, $"mcp-init-unit-{Environment.ProcessId}-{Guid.NewGuid():N}")).FullName;
    }

    public string FullName { get; }

    public string Make(string name) => Directory.CreateDirectory(Path.Combine(FullName, name)).FullName;

    /// <summary>Starts a test program in a cgroup and waits until the program is in it.</summary>
    public Process Start(string cgroup, params string[] words)
    {
        var start =
            new ProcessStartInfo("/bin/sh",
            ["-c", "echo $$ >\"$0/cgroup.procs\" && exec \"$@\"", cgroup, .. words]) { RedirectStandardOutput = true };
        var process = Process.Start(start) ?? throw new InvalidOperationException("no shell");
        _processes.Add(process);
        _ = process.StandardOutput.ReadLine();
        return process;
    }

    public static bool IsPopulated(string cgroup) =>
        File.ReadAllText(Path.Combine(cgroup, "cgroup.events")).Contains("populated 1", StringComparison.Ordinal);

    public void Dispose()
    {
        File.WriteAllText(Path.Combine(FullName, "cgroup.kill"), "1");
        Patience.Until(() => CgroupDirectory.TryRemove(FullName), $"{FullName} can be removed").Wait();
        foreach (var process in _processes)
            process.Dispose();
    }
}
