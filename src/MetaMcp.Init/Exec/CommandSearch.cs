using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>
/// <c>execvp</c> with the PATH of the command's own environment, as its own user: the permissions of the command count, not those of
/// PID 1. A file that is not a program is not given to a shell.
/// </summary>
internal static unsafe class CommandSearch
{
    /// <summary>Becomes the command, or says why not.</summary>
    /// <param name="command">Its name and arguments.</param>
    /// <param name="environment">Its environment, whose PATH counts.</param>
    /// <param name="passedOver">The directory at the front of PATH in which the command is not looked for; null for none.</param>
    public static ExecFailedException Execute(byte** command, byte** environment, string? passedOver = null)
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
                path = SearchPath.Default;
            else if (passedOver is not null && path.IndexOf((byte)':') == passedOver.Length)
                path = path[(passedOver.Length + 1)..];
            error = Search(path, name, command, environment, ref missing);
        }
        if (error.Number == Errno.ENOENT && missing is not null)
            return new ExecFailedException(missing);
        return ExecFailedException.Of(ExecStep.Execute, error, ByteText.From(command[0]));
    }

    private static Errno Search(
        ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, byte** command, byte** environment, ref ExecFailure? missing)
    {
        var candidate = stackalloc byte[SearchPath.MostBytes];
        var denied = false;
        var candidates = new SearchPath(path, name, new Span<byte>(candidate, SearchPath.MostBytes));
        while (candidates.MoveNext())
        {
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
        // Like execvp: "there, but not for you" helps more than "not there".
        return new Errno(denied ? Errno.EACCES : Errno.ENOENT);
    }

    // Errors of a directory whose file system is gone: the next directory may be well.
    private const int ENODEV = 19;
    private const int ETIMEDOUT = 110;
    private const int ESTALE = 116;
}
