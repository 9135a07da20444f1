using System.Runtime.InteropServices;
using System.Text;
using MetaMcp.Init.Core.Packages;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Intercept;

/// <summary>What is launched finds the real npx and uvx: without this a launched server would be launched again by its own npx.</summary>
internal static unsafe class LinkAvoidance
{
    /// <summary>
    /// Takes our links out of PATH in this process's environment, and puts the real program in the place of a command that is the path of
    /// one of them. A name is looked for in that PATH.
    /// </summary>
    /// <param name="command">The command and its arguments; its first word may be replaced.</param>
    /// <returns>False if the command is one of our links, and there is no real program behind it.</returns>
    public static bool Avoid(byte** command)
    {
        var path = Path;
        CleanPath(path);
        var given = PathText.From(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(command[0]));
        var name = RunnerCommand.NameOf(given);
        if (given == name || !RunnerCommand.Runners.Contains(name) || !OwnBinary.Is(given))
            return true;
        if (RealProgram.Find(name, given, path) is not { } program)
            return false;
        command[0] = Native(program);
        return true;
    }

    /// <summary>PATH of this process.</summary>
    public static string Path => StartArguments.Variable("PATH") ?? Encoding.ASCII.GetString(SearchPath.Default);

    public static void CleanPath(string path)
    {
        if (RealProgram.Without(path) is var cleaned && cleaned != path)
            _ = setenv(Native("PATH"), Native(cleaned), 1);
    }

    /// <summary>Never freed: the process becomes another program, or waits for it.</summary>
#pragma warning disable CA2000 // As the summary says.
    public static byte* Native(string text) => new NativeStrings([text]).Pointer[0];
#pragma warning restore CA2000
}
