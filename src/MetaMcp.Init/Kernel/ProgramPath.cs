using System.Text;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>Finds the program a service names, where it runs as we do and so may run what we may.</summary>
internal static unsafe class ProgramPath
{
    private const string Default = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <param name="name">With a slash it is a path already.</param>
    /// <param name="path">The service's own PATH; null for the default.</param>
    /// <returns>The first executable of that name, or the name itself, which exec will then refuse with the right error.</returns>
    public static string Find(string name, string? path)
    {
        if (name.Contains('/', StringComparison.Ordinal))
            return name;
        foreach (var directory in (path ?? Default).Split(':'))
        {
            // An empty element is the current directory.
            var candidate = directory.Length == 0 ? "./" + name : $"{directory}/{name}";
            fixed (byte* bytes = Encoding.UTF8.GetBytes(candidate + "\0"))
                if (access(bytes, X_OK) == 0)
                    return candidate;
        }
        return name;
    }
}
