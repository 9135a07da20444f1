using System.Runtime.InteropServices;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Filesystem;

/// <summary>What a directory holds (<c>man 2 getdents64</c>); nothing where it cannot be read.</summary>
internal static unsafe class DirectoryEntries
{
    private const int BufferSize = 4096;

    /// <summary>The directories in a directory, without itself and its parent.</summary>
    public static List<string> Directories(string path)
    {
        var found = new List<string>();
        var directory = KernelFile.Open(path);
        if (directory < 0)
            return found;
        var buffer = stackalloc byte[BufferSize];
        nint length;
        while ((length = getdents64(directory, buffer, BufferSize)) > 0)
        {
            for (nint at = 0; at < length; at += ((dirent64*)(buffer + at))->d_reclen)
            {
                var entry = (dirent64*)(buffer + at);
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry->d_name);
                if (entry->d_type == DT_DIR && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    found.Add(PathText.From(name));
            }
        }
        _ = close(directory);
        return found;
    }
}
