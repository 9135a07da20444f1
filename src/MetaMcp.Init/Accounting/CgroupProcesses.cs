using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Accounting;

/// <summary>The processes of a cgroup and of the cgroups below it.</summary>
internal static unsafe class CgroupProcesses
{
    /// <summary>Deeper than usual trees.</summary>
    private const int MaxDepth = 16;

    /// <summary>Adds the pids; processes without a pid in our PID namespace, which are listed as 0, are left out.</summary>
    /// <returns>False if the list cannot be read.</returns>
    public static bool AddTo(List<int> pids, CgroupDirectory directory, int depth = MaxDepth)
    {
        var file = directory.OpenFile("cgroup.procs\0"u8);
        if (file < 0)
            return false;
        Read(file, pids);
        _ = close(file);
        // Most cgroups have none below them, and this file says so in one read.
        if (depth > 0 && directory.Number("cgroup.stat\0"u8, "nr_descendants"u8) != 0)
            AddBelow(pids, directory, depth - 1);
        return true;
    }

    private static void AddBelow(List<int> pids, CgroupDirectory directory, int depth)
    {
        var entries = directory.Entries(stackalloc byte[2048]);
        Span<byte> terminated = stackalloc byte[257];
        while (entries.TryNext(out var name, out var type))
        {
            if (type != DT_DIR || name.StartsWith((byte)'.') || name.Length >= terminated.Length)
                continue;
            name.CopyTo(terminated);
            terminated[name.Length] = 0;
            var child = directory.Child(terminated[..(name.Length + 1)]);
            _ = AddTo(pids, child, depth);
            child.Close();
        }
    }

    private static void Read(int file, List<int> pids)
    {
        Span<byte> buffer = stackalloc byte[2048];
        var kept = 0;
        while (true)
        {
            nint count;
            fixed (byte* start = buffer[kept..])
                count = read(file, start, (nuint)(buffer.Length - kept));
            if (count <= 0)
                return;
            var text = buffer[..(kept + (int)count)];
            while (text.IndexOf((byte)'\n') is >= 0 and var end)
            {
                if (DecimalText.TryRead(text[..end], int.MaxValue, out var pid) && pid > 0)
                    pids.Add((int)pid);
                text = text[(end + 1)..];
            }
            // The last number of a read may be cut; a line that fills the buffer is none of the kernel's.
            kept = text.Length == buffer.Length ? 0 : text.Length;
            text.CopyTo(buffer);
        }
    }
}
