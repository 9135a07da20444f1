using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Filesystem;

/// <summary>The entries of a directory; none if it cannot be read.</summary>
internal static class DirectoryEntries
{
    private const int BufferSize = 4096;

    /// <summary>The directories in a directory, without <c>.</c> and <c>..</c>.</summary>
    public static List<string> Directories(string path) => OfType(path, DT_DIR);

    /// <summary>The sockets in a directory.</summary>
    public static List<string> Sockets(string path) => OfType(path, DT_SOCK);

    /// <summary>The names of everything in a directory, without <c>.</c> and <c>..</c>.</summary>
    public static List<string> Names(string path) => OfType(path, null);

    private static List<string> OfType(string path, byte? wanted)
    {
        var found = new List<string>();
        var directory = KernelFile.Open(path);
        if (directory < 0)
            return found;
        var entries = new DirectoryReader(directory, stackalloc byte[BufferSize]);
        while (entries.TryNext(out var name, out var type))
            if ((wanted is null || type == wanted) && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                found.Add(PathText.From(name));
        _ = close(directory);
        return found;
    }
}
