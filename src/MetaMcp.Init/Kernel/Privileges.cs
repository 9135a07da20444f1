using MetaMcp.Init.Core.Planning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>Whether the init itself has given up gaining privileges, which every child then inherits and none can undo.</summary>
internal readonly record struct Privileges(bool AreFixed)
{
    /// <summary>
    /// Sets PR_SET_NO_NEW_PRIVS (<c>man 2 prctl</c>) on ourselves where every service asks for it, the default: then no service
    /// needs a second stage for it, and starting one costs a third.
    /// </summary>
    public static Privileges Fix(Plan plan) =>
        new(plan.Services.All(s => s.Settings.Attributes.NoNewPrivileges) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
}
