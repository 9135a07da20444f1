using System.Runtime.InteropServices;
using System.Text;
using MetaMcp.Init.Core.Packages;
using MetaMcp.Init.Core.Unwrapping;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Intercept;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Unwrapping;

/// <summary>
/// Finds the program in place of npx or uvx, in the process of the client's user that is about to start it: the files, the environment
/// and the current directory are those that npx would have.
/// </summary>
internal static unsafe class CommandUnwrapping
{
    /// <summary>The command to execute in place of this one, or this one. What npx would set is in our environment then.</summary>
    /// <param name="command">The command and its arguments, null-terminated.</param>
    /// <param name="said">The program, or why the command stays; null if it is neither npx nor uvx.</param>
    public static byte** Apply(byte** command, out string? said)
    {
        var result = Resolve(command);
        said = result?.Sentence(RunnerCommand.NameOf(PathText.From(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(command[0]))));
        if (result is not { Program: { } program })
            return command;
        foreach (var (name, value) in result.Environment)
            _ = setenv(LinkAvoidance.Native(name), LinkAvoidance.Native(value), 1);
        var words = 0;
        while (command[words] != null)
            words++;
        // Never freed: the process becomes the command, or waits for it.
        var unwrapped = (byte**)NativeMemory.Alloc((nuint)(words - result.Replaced + 2), (nuint)sizeof(byte*));
        unwrapped[0] = LinkAvoidance.Native(program);
        for (var i = result.Replaced; i <= words; i++)
            unwrapped[i - result.Replaced + 1] = command[i];
        return unwrapped;
    }

    /// <param name="command">The command and its arguments, null-terminated.</param>
    /// <returns>Null if the command is neither npx nor uvx.</returns>
    public static UnwrapResult? Resolve(byte** command)
    {
        var words = new List<string>();
        for (var at = command; *at != null; at++)
            words.Add(PathText.From(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*at)));
        if (words.Count == 0 || !RunnerCommand.Runners.Contains(RunnerCommand.NameOf(words[0])))
            return null;
        var variables = Variables();
        if (ProgramOf(words[0], variables) is not { } program)
            return UnwrapResult.Stays($"{words[0]} is not in PATH");
        if (Directory() is not { } directory)
            return UnwrapResult.Stays("the current directory is not known");
        var result = Unwrapper.Resolve(
            new UnwrapRequest
            {
                Command = [.. words],
                Program = program,
                Variables = variables,
                Directory = directory,
                Now = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
                Processor = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64",
            },
            new KernelFiles());
        if (result?.Asked is { } asked)
            Touch(asked);
        return result;
    }

    /// <summary>
    /// The real npx runs now and looks for a newer version. Where an older npm leaves no trace of that, the time of its directory does.
    /// </summary>
    private static void Touch(string directory)
    {
        fixed (byte* path = PathText.Terminated(directory, stackalloc byte[512]))
            _ = utimensat(AT_FDCWD, path, null, 0);
    }

    private static string? ProgramOf(string name, Dictionary<string, string> variables)
    {
        if (!name.Contains('/', StringComparison.Ordinal))
            return RealProgram.Find(name, "", variables.GetValueOrDefault("PATH") ?? Encoding.ASCII.GetString(SearchPath.Default));
        return OwnBinary.Is(name) ? null : name;
    }

    private static string? Directory()
    {
        const int Most = 4096;
        var buffer = stackalloc byte[Most];
        return getcwd(buffer, Most) is not null && buffer[0] == '/'
            ? PathText.From(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer)) : null;
    }

    /// <summary>Of two with one name the first, as getenv has it.</summary>
    private static Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = StartArguments.Environment; *at != null; at++)
        {
            var entry = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*at);
            if (entry.IndexOf((byte)'=') is > 0 and var end)
                _ = variables.TryAdd(PathText.From(entry[..end]), PathText.From(entry[(end + 1)..]));
        }
        return variables;
    }
}
