namespace MetaMcp.Init.Core.Values;

/// <summary>Every exit code the program gives of its own; a child's code is passed on as it is.</summary>
public static class ExitCodes
{
    public const int Success = 0;

    /// <summary>A probe that failed; a service that had to run and ended with 0.</summary>
    public const int Failure = 1;

    /// <summary>A file or a command line that cannot be used.</summary>
    public const int Configuration = 100;

    /// <summary>The system refused something that nothing can run without.</summary>
    public const int System = 111;

    /// <summary>Found, but not executable.</summary>
    public const int NotExecutable = 126;

    /// <summary>Not found.</summary>
    public const int NotFound = 127;

    /// <summary>Nothing reads the output any more: the code of a shell for a program that SIGPIPE ends, which we ignore.</summary>
    public const int WithoutReader = 128 + 13;

    /// <summary>The exit code of a shell for a command that it could not start.</summary>
    public static int ForFailedExec(Errno error) => error.Number switch
    {
        Errno.ENOENT or Errno.ENOTDIR => NotFound,
        // The kernel had no process or memory to give: the command itself may be fine.
        Errno.EAGAIN or Errno.ENOMEM or Errno.EMFILE => System,
        _ => NotExecutable,
    };
}
