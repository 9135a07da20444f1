using System.Globalization;
using MetaMcp.Init.Addressing;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Sockets;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Supervising;

/// <summary>
/// The two sockets, in <c>runtime_dir</c>; or, where no file can be made there (a read-only root, another user), in a directory of
/// /dev/shm, which every runtime mounts; or without any file, at abstract addresses. Each place has both sockets or none.
/// </summary>
internal sealed class RuntimeSockets
{
    /// <summary>A tmpfs that every container has (OCI runtime specification, default filesystems).</summary>
    public const string SharedMemory = "/dev/shm/mcp-init";

    private RuntimeSockets(string directory) => Directory = directory;

    /// <summary>The directory of the sockets; <c>@NAME</c> where they have no files.</summary>
    public string Directory { get; private init; }

    /// <summary>Any user may launch servers here, and look. Null if it could not be made.</summary>
    public ListeningSocket? Launch { get; private init; }

    /// <summary>For full rights. Null if it could not be made.</summary>
    public ListeningSocket? Control { get; private init; }

    /// <summary>Why there is none of them, or why they are elsewhere; empty if they are where they should be.</summary>
    public string Problem { get; private init; } = "";

    public bool IsElsewhere { get; private init; }

    /// <param name="directory"><c>runtime_dir</c>.</param>
    /// <param name="group">The group that has full rights too; null for none.</param>
    public static RuntimeSockets Open(string directory, uint? group)
    {
        var first = In(directory, group, out var isPlaceMissing);
        if (!isPlaceMissing)
            return first;
        foreach (var other in (string[])[SharedMemory, Abstract])
        {
            if (other == directory || (other == SharedMemory && IsForeign(other)))
                continue;
            var found = In(other, group, out _);
            // Another user may have made the directory meanwhile. /dev/shm is sticky: once it is ours, it stays that.
            if (found.Launch is not null && (other != SharedMemory || !IsForeign(other)))
                return found.Elsewhere(first.Problem);
            found.Launch?.Close();
            found.Control?.Close();
        }
        return first;
    }

    /// <summary>At the end: clients that come later find no socket at once.</summary>
    public void Remove()
    {
        Launch?.Remove();
        Control?.Remove();
    }

    /// <summary>
    /// The network namespace has one list of abstract names, and containers may share it, so that the name has the number of the PID
    /// namespace, which clients can see too.
    /// </summary>
    private static string Abstract => FileLinks.Target("/proc/self/ns/pid") is { } name
        ? $"@mcp-init/{string.Concat(name.Where(char.IsAsciiDigit))}"
        : string.Create(CultureInfo.InvariantCulture, $"@mcp-init/{getpid()}");

    private static RuntimeSockets In(string directory, uint? group, out bool isPlaceMissing)
    {
        var launch = ListeningSocket.Open($"{directory}/{LaunchPaths.Socket}", ListeningSocket.ForAll, out var problem, out isPlaceMissing);
        var control = launch is null ? null : OpenControl(directory, group, out problem);
        return new RuntimeSockets(directory) { Launch = launch, Control = control, Problem = problem };
    }

    private static ListeningSocket? OpenControl(string directory, uint? group, out string problem)
    {
        var path = $"{directory}/{LaunchPaths.ControlSocket}";
        if (group is not { } members || SocketAddress.IsAbstract(path))
            return ListeningSocket.Open(path, ListeningSocket.ForOwner, out problem, out _);
        if (ListeningSocket.Open(path, ListeningSocket.ForGroup, out var refused, out _, members) is { } shared)
        {
            problem = "";
            return shared;
        }
        var own = ListeningSocket.Open(path, ListeningSocket.ForOwner, out problem, out _);
        problem = own is null ? problem : $"control_group: {refused}";
        return own;
    }

    private RuntimeSockets Elsewhere(string problem) =>
        new(Directory) { Launch = Launch, Control = Control, Problem = problem, IsElsewhere = true };

    /// <summary>Another user's directory, or a link: the user could put a socket of its own in the place of ours.</summary>
    private static bool IsForeign(string path) => FileLinks.TryLook(path, out var status, follow: false) &&
        ((status.stx_mode & S_IFMT) != S_IFDIR || status.stx_uid != geteuid() || (status.stx_mode & 0x12) != 0);
}
