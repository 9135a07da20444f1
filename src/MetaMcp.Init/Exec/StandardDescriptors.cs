using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>Prepares descriptors 0, 1 and 2 for the command. A failure here does not prevent the start.</summary>
internal static unsafe class StandardDescriptors
{
    /// <summary>The owner may read and write, all others may write: <c>rw--w--w-</c>.</summary>
    private const uint WritableByAll = 0x192;

    /// <summary>
    /// Lets the command open its pipes again by name (<c>echo x > /dev/stdout</c>). The kernel decides that by the owner and mode of
    /// the pipe, not by the descriptors that are open. Only a process that holds the pipe can reach that name, so the mode gives
    /// access to no other process; it serves processes of the command that change their user, and containers without CAP_CHOWN. The
    /// new owner serves programs that open the pipe for reading and writing. PID 1's reading end has an open file description of its
    /// own.
    /// </summary>
    /// <param name="uid">The new owner; null to leave it.</param>
    public static void OwnPipes(uint? uid)
    {
        for (var descriptor = 1; descriptor <= 2; descriptor++)
        {
            if (!IsPipe(descriptor))
                continue;
            // In this order: only the owner may change the mode.
            _ = fchmod(descriptor, WritableByAll);
            if (uid is { } owner)
                _ = fchown(descriptor, owner, uint.MaxValue);
        }
    }

    /// <summary>
    /// Makes the terminal on 0 the controlling terminal, for job control and Ctrl-C. EPERM if another session has it, ENOTTY if it is
    /// no terminal: then the command only has a descriptor to read from.
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
