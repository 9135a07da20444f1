using MetaMcp.Init.Core.Unwrapping;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Unwrapping;

/// <summary>The files as they are, read as the client's own user.</summary>
internal sealed class KernelFiles : FileFacts
{
    /// <summary>A package.json or .npmrc of more is none that decides anything.</summary>
    private const int Most = 1 << 20;

    public override byte[]? Read(string path) =>
        WholeFile.Read(path, Linux.Libc.O_NONBLOCK, Most + 1, out var bytes).IsSuccess && bytes.Length <= Most ? bytes : null;

    public override bool Exists(string path) => FileLinks.TryLook(path, out _);

    public override bool IsProgram(string path) => FileLinks.IsProgram(path);

    public override string? Real(string path) => FileLinks.Real(path);

    public override long? ChangedAt(string path) => FileLinks.TryLook(path, out var found) ? found.stx_mtime.tv_sec : null;

    public override IReadOnlyList<string> Names(string directory) => DirectoryEntries.Names(directory);
}
