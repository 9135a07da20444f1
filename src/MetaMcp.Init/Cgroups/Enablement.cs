using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Cgroups;

/// <summary>A controller that the children of a cgroup do not have, and the error: ENOENT if it is not offered.</summary>
internal readonly record struct RefusedController(Controllers Controller, Errno Errno);

/// <summary>The controllers that the children of a cgroup have.</summary>
internal readonly record struct Enablement(Controllers Enabled, ImmutableArray<RefusedController> Refused)
{
    private const int MaxTries = 100;

    /// <summary>Enables them one by one: written together, all are enabled or none.</summary>
    /// <param name="directory">The parent.</param>
    /// <param name="leaf">The cgroup for processes that came in meanwhile; null if none can.</param>
    /// <param name="wanted">The controllers to enable.</param>
    public static Enablement Enable(string directory, string? leaf, Controllers wanted)
    {
        var enabled = Controllers.None;
        var refused = ImmutableArray.CreateBuilder<RefusedController>();
        foreach (var (controller, name) in ControllerNames.All)
        {
            if (!wanted.HasFlag(controller))
                continue;
            var error = Enable(directory, leaf, name);
            if (error.IsSuccess)
                enabled |= controller;
            else
                refused.Add(new RefusedController(controller, error));
        }
        return new Enablement(enabled, refused.DrainToImmutable());
    }

    private static Errno Enable(string directory, string? leaf, string name)
    {
        for (var attempt = 0; ; attempt++)
        {
            var error = KernelFile.Write($"{directory}/cgroup.subtree_control", "+" + name);
            // EBUSY: a process came in since the directory was emptied.
            if (error.Number != Errno.EBUSY || leaf is null || attempt == MaxTries || Evacuation.Empty(directory, leaf) is not null)
                return error;
        }
    }
}
