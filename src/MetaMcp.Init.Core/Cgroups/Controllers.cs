namespace MetaMcp.Init.Core.Cgroups;

/// <summary>The controllers that limits need (cgroup-v2.rst, "Controllers").</summary>
[Flags]
public enum Controllers
{
    None = 0,
    Memory = 1,
    Tasks = 2,
    Cpu = 4,
    All = Memory | Tasks | Cpu,
}

public static class ControllerNames
{
    /// <summary>Each with its name in the kernel, in the order in which they are enabled.</summary>
    public static ReadOnlySpan<(Controllers Controller, string Name)> All => Table;

    private static readonly (Controllers, string)[] Table =
        [(Controllers.Memory, "memory"), (Controllers.Tasks, "pids"), (Controllers.Cpu, "cpu")];

    /// <summary><c>memory, pids</c>; <c>none</c> if there are none.</summary>
    public static string Join(this Controllers controllers)
    {
        var names = Array.FindAll(Table, c => controllers.HasFlag(c.Item1));
        return names.Length == 0 ? "none" : string.Join(", ", Array.ConvertAll(names, c => c.Item2));
    }
}
