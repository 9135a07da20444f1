using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>
/// <c>execvp</c> with the PATH of the command's own environment, by its own user: what counts is what the command may run,
/// not what PID 1 may. A file that is not a program is not given to a shell.
/// </summary>
internal static unsafe class CommandSearch
{
    // man 7 limits: PATH_MAX, with the zero.
    private const int PathMax = 4096;

    /// <summary>Becomes the command, or says why not.</summary>
    public static ExecFailedException Execute(byte** command, byte** environment)
    {
        var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(command[0]);
        var error = new Errno(Errno.ENOENT);
        ExecFailure? missing = null;
        if (name.Contains((byte)'/'))
        {
            _ = execve(command[0], command, environment);
            error = LastError;
            if (error.Number == Errno.ENOENT)
                missing = MissingInterpreter.Find(command[0]);
        }
        else if (!name.IsEmpty)
        {
            if (!ServiceEnvironment.TryFind(environment, "PATH"u8, out var path))
                path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"u8;
            error = Search(path, name, command, environment, ref missing);
        }
        if (error.Number == Errno.ENOENT && missing is not null)
            return new ExecFailedException(missing);
        return ExecFailedException.Of(ExecStep.Execute, error, ByteText.From(command[0]));
    }

    private static Errno Search(
        ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, byte** command, byte** environment, ref ExecFailure? missing)
    {
        var candidate = stackalloc byte[PathMax];
        var buffer = new Span<byte>(candidate, PathMax);
        var denied = false;
        foreach (var range in path.Split((byte)':'))
        {
            var directory = path[range];
            if (directory.Length + name.Length + 2 > PathMax)
                continue;
            var length = directory.Length;
            directory.CopyTo(buffer);
            // An empty element is the current directory.
            if (length > 0)
                buffer[length++] = (byte)'/';
            name.CopyTo(buffer[length..]);
            buffer[length + name.Length] = 0;
            _ = execve(candidate, command, environment);
            switch (LastError.Number)
            {
                case Errno.EACCES:
                    denied = true;
                    break;
                case Errno.ENOENT when missing is null && access(candidate, F_OK) == 0:
                    missing = MissingInterpreter.Find(candidate);
                    break;
                case Errno.ENOENT or Errno.ENOTDIR or ENODEV or ESTALE or ETIMEDOUT:
                    break;
                default:
                    return LastError;
            }
        }
        // As execvp has it: "there, but not for you" is better to know than "not there".
        return new Errno(denied ? Errno.EACCES : Errno.ENOENT);
    }

    // A directory on a file system that is gone: the next one may be well.
    private const int ENODEV = 19;
    private const int ETIMEDOUT = 110;
    private const int ESTALE = 116;
}
