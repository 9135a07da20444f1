using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>The capability sets of this thread, each as a mask with one bit a capability (<c>man 7 capabilities</c>).</summary>
internal static unsafe class CapabilitySets
{
    /// <summary>Effective, permitted and inheritable.</summary>
    public readonly record struct Sets(ulong Effective, ulong Permitted, ulong Inheritable);

    public static ulong Mask(ReadOnlySpan<string> names)
    {
        var mask = 0UL;
        foreach (var name in names)
            mask |= 1UL << CapabilityTable.Find(name);
        return mask;
    }

    public static Errno Get(out Sets sets)
    {
        var header = new cap_user_header { version = _LINUX_CAPABILITY_VERSION_3 };
        var data = stackalloc cap_user_data[2];
        var error = syscall(SYS_capget, (nint)(&header), (nint)data, 0, 0) == 0 ? Errno.None : LastError;
        sets = new Sets(
            Join(data[0].effective, data[1].effective),
            Join(data[0].permitted, data[1].permitted),
            Join(data[0].inheritable, data[1].inheritable));
        return error;
    }

    /// <summary>
    /// Sets effective, permitted and inheritable alike: only inheritable capabilities can be in the ambient set.
    /// </summary>
    public static Errno SetAll(ulong kept)
    {
        var header = new cap_user_header { version = _LINUX_CAPABILITY_VERSION_3 };
        var data = stackalloc cap_user_data[2];
        for (var half = 0; half < 2; half++)
        {
            var bits = (uint)(kept >> (32 * half));
            data[half] = new cap_user_data { effective = bits, permitted = bits, inheritable = bits };
        }
        return syscall(SYS_capset, (nint)(&header), (nint)data, 0, 0) == 0 ? Errno.None : LastError;
    }

    /// <summary>The bounding set as the kernel has it. The kernel may know more capabilities than we have names for.</summary>
    public static ulong Bounding()
    {
        var set = 0UL;
        for (var number = 0; number < 64; number++)
        {
            switch (prctl(PR_CAPBSET_READ, (nuint)number, 0, 0, 0))
            {
                case 1:
                    set |= 1UL << number;
                    break;
                case < 0:
                    return set;
            }
        }
        return set;
    }

    public static Errno DropFromBounding(ulong dropped)
    {
        for (var number = 0; number < 64; number++)
            if ((dropped >> number & 1) != 0 && prctl(PR_CAPBSET_DROP, (nuint)number, 0, 0, 0) != 0)
                return LastError;
        return Errno.None;
    }

    /// <summary>Makes the ambient set exactly this. A process that is not root keeps the ambient set across exec.</summary>
    public static Errno SetAmbient(ulong kept)
    {
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
            return LastError;
        for (var number = 0; number < 64; number++)
            if ((kept >> number & 1) != 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, (nuint)number, 0, 0) != 0)
                return LastError;
        return Errno.None;
    }

    public static bool AmbientIs(ulong kept)
    {
        for (var number = 0; number < 64; number++)
        {
            var isSet = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, (nuint)number, 0, 0);
            if (isSet < 0)
                return kept >> number == 0;
            if (isSet != (int)(kept >> number & 1))
                return false;
        }
        return true;
    }

    /// <summary>For messages: the names in a mask.</summary>
    public static string Names(ulong mask)
    {
        var names = new List<string>();
        for (var number = 0; number < CapabilityTable.All.Length; number++)
            if ((mask >> number & 1) != 0)
                names.Add(CapabilityTable.All[number]);
        return string.Join(',', names);
    }

    private static ulong Join(uint low, uint high) => low | (ulong)high << 32;
}
