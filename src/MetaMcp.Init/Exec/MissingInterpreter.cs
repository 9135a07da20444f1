using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>
/// Finds why a program that exists was "not found": <c>execve</c> also says ENOENT if a script's interpreter or a dynamic loader is
/// missing. This opens and reads the program, which may wait for its file system, so only a process without other duties calls it.
/// </summary>
internal static unsafe class MissingInterpreter
{
    // The kernel's own limit: a script's interpreter may be a script, up to this depth.
    private const int Deepest = 5;

    /// <summary>The same for a name that was searched for in our own PATH, unless it has a slash in it.</summary>
    public static ExecFailure? FindInPath(byte* name)
    {
        var bare = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        if (bare.Contains((byte)'/') || !ServiceEnvironment.TryFind(StartArguments.Environment, "PATH"u8, out var path))
            return Find(name);
        var candidate = stackalloc byte[SearchPath.MostBytes];
        var candidates = new SearchPath(path, bare, new Span<byte>(candidate, SearchPath.MostBytes));
        while (candidates.MoveNext())
            if (Find(candidate) is { } missing)
                return missing;
        return null;
    }

    /// <param name="program">The path that <c>execve</c> was given, zero-terminated.</param>
    /// <returns>Null if the program itself is missing, cannot be read, or names no interpreter that is missing.</returns>
    public static ExecFailure? Find(byte* program)
    {
        var head = stackalloc byte[ProgramHead.Size];
        var path = ByteText.From(program);
        for (var depth = 0; depth < Deepest; depth++)
        {
            var file = open(ByteText.ToNative(path), O_RDONLY | O_CLOEXEC | O_NOCTTY, 0);
            if (file < 0)
                return null;
            var length = read(file, head, ProgramHead.Size);
            _ = close(file);
            if (ProgramHead.Interpreter(new ReadOnlySpan<byte>(head, (int)Math.Max(length, 0)), out var kind) is not { } interpreter)
                return null;
            if (access(ByteText.ToNative(interpreter), F_OK) != 0 && LastError is { Number: Errno.ENOENT or Errno.ENOTDIR } error)
            {
                var step = kind == InterpreterKind.Script ? ExecStep.Interpreter : ExecStep.Loader;
                return new ExecFailure(step, error, $"{ByteText.Decode(interpreter)} of {ByteText.Decode(path)}");
            }
            path = interpreter;
        }
        return null;
    }
}
