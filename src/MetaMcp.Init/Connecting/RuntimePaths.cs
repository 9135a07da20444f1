using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Connecting;

/// <summary>
/// The files of our init, as far as a shim needs them. Many gateways pass no variable on to their servers; then the directory is where
/// the usual one is not found: that of the link by which we were called, the one that a process above us was given, or one of those
/// where the kernel says that a socket of this name is. Which process listens there is checked at the connection (<see cref="Ancestry"/>).
/// </summary>
internal static unsafe class RuntimePaths
{
    private const string Usual = InitSettings.DefaultRuntimeDirectory;

    private static readonly DirectorySearch Search = new(Candidates(), Usual, IsThere);

    /// <summary>A variable names the directory; known once <see cref="Socket"/> was asked for.</summary>
    public static bool IsChosen { get; private set; }

    public static string Socket => SocketIn(Directory);

    /// <summary>The socket of operators.</summary>
    public static string ControlSocket => $"{Directory}/{LaunchPaths.ControlSocket}";

    public static string Shims => $"{Directory}/{LaunchPaths.Shims}";

    private static string Directory => Search.Current;

    /// <summary>Goes on to the next directory where our init may be.</summary>
    /// <returns>False if there is none.</returns>
    public static bool GoOn() => Search.GoOn();

    /// <summary>A new question, which looks everywhere again unless a directory was kept.</summary>
    public static void Begin() => Search.Begin();

    /// <summary>Our init was found: later questions go to the present directory alone, for as long as its socket is there.</summary>
    public static void Keep() => Search.Keep();

    private static IEnumerable<string> Candidates()
    {
        if (StartArguments.Variable(LaunchPaths.RuntimeVariable) is { Length: > 0 } given)
        {
            IsChosen = true;
            yield return Bare(given);
            yield break;
        }
        if (OfLink() is { } linked && HasSocket(linked))
            yield return linked;
        if (HasSocket(Usual))
            yield return Usual;
        if (OfAncestors() is { } above)
            yield return above;
        foreach (var listed in ListedSockets.Directories(LaunchPaths.Socket))
            yield return listed;
    }

    /// <summary>The links to our binary are in the directory <c>shims</c> of it.</summary>
    private static string? OfLink()
    {
        var calledAs = PathText.From(MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)getauxval(AT_EXECFN)));
        var directory = calledAs[..Math.Max(calledAs.LastIndexOf('/'), 0)];
        return directory.StartsWith('/') && directory.EndsWith("/" + LaunchPaths.Shims, StringComparison.Ordinal)
            ? directory[..^(LaunchPaths.Shims.Length + 1)] : null;
    }

    /// <summary>
    /// The variable of the nearest process above us that has it and whose socket is there. Another user may have written it: the process
    /// that listens is checked, as always.
    /// </summary>
    private static string? OfAncestors()
    {
        // Wrappers and shells stand between a service and a server, but not many.
        const int MostGenerations = 16, MostBytes = 1 << 20;
        var at = getpid();
        for (var generation = 0; generation < MostGenerations && (at = Ancestry.ParentOf(at, out _)) > 0; generation++)
        {
            _ = WholeFile.Read($"/proc/{at}/environ", 0, MostBytes, out var environment);
            if (VariableIn(environment) is { } directory && HasSocket(directory))
                return directory;
        }
        return null;
    }

    /// <summary>As /proc/PID/environ has them: with a zero behind each.</summary>
    private static string? VariableIn(ReadOnlySpan<byte> environment)
    {
        while (!environment.IsEmpty)
        {
            var end = environment.IndexOf((byte)0);
            var entry = end < 0 ? environment : environment[..end];
            if (entry.StartsWith("MCP_INIT_RUNTIME_DIR=/"u8) || entry.StartsWith("MCP_INIT_RUNTIME_DIR=@"u8))
                return Bare(PathText.From(entry["MCP_INIT_RUNTIME_DIR=".Length..]));
            environment = environment[Math.Min(entry.Length + 1, environment.Length)..];
        }
        return null;
    }

    /// <summary>An abstract address has no file: the connection shows whether it is there.</summary>
    private static bool HasSocket(string directory) => directory.StartsWith('@') || FileLinks.TryLook(SocketIn(directory), out _);

    private static bool IsThere(string directory) => directory.StartsWith('@')
        ? ListedSockets.Directories(LaunchPaths.Socket).Contains(directory) : HasSocket(directory);

    private static string SocketIn(string directory) => $"{directory}/{LaunchPaths.Socket}";

    private static string Bare(string directory) => directory.TrimEnd('/');
}
