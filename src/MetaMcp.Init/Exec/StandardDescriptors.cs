using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>What the command finds on 0, 1 and 2, made usable to it. Nothing here may keep it from starting.</summary>
internal static unsafe class StandardDescriptors
{
    /// <summary>For the owner to read and write, for everybody else to write: <c>rw--w--w-</c>.</summary>
    private const uint WritableByAll = 0x192;

    /// <summary>
    /// Lets the command open its pipes again by name (<c>echo x > /dev/stdout</c>), which the kernel allows by the owner and mode of the
    /// pipe and not by what is open already. Only a process that holds the pipe gets at that name, so the mode lets nobody in; it serves
    /// processes of the command that change their user, and containers without CAP_CHOWN. Owning the pipe as well is what programs
    /// expect that open it for reading and writing. Its reading end, PID 1's, has an open file description of its own.
    /// </summary>
    /// <param name="uid">Who is to own them; null leaves the owner.</param>
    public static void OwnPipes(uint? uid)
    {
        for (var descriptor = 1; descriptor <= 2; descriptor++)
        {
            if (!IsPipe(descriptor))
                continue;
            // In this order: the mode is the owner's to change.
            _ = fchmod(descriptor, WritableByAll);
            if (uid is { } owner)
                _ = fchown(descriptor, owner, uint.MaxValue);
        }
    }

    /// <summary>
    /// Makes the terminal on 0 the controlling one, for job control and Ctrl-C. EPERM where another session has it, ENOTTY where it is
    /// none: then the command has a descriptor to read from and no more.
    /// </summary>
    public static void TakeTerminal()
    {
        _ = setsid();
        _ = ioctl(0, TIOCSCTTY, 0);
    }

    private static bool IsPipe(int descriptor)
    {
        statx status;
        byte none = 0;
        return get_statx(descriptor, &none, AT_EMPTY_PATH, STATX_TYPE, &status) == 0 && (status.stx_mode & S_IFMT) == S_IFIFO;
    }
}
