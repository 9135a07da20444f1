using System.Runtime.InteropServices;
using System.Text;
using MetaMcp.Init.Core.Packages;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Output;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Intercept;

/// <summary>
/// Our binary called as <c>npx</c> or <c>uvx</c>: the start of a package goes on as <c>mcp-init launch</c>, and everything else is
/// executed as it is. There is no way back to us: what is launched is the path of another file, and its PATH has none of our links.
/// </summary>
internal static unsafe class InterceptVerb
{
    /// <summary>Goes on as <c>mcp-init launch</c> of a package.</summary>
    /// <param name="package">Its name, without a version.</param>
    /// <param name="program">npx or uvx.</param>
    /// <param name="command">The path of the real program, and the arguments as they were given.</param>
    public delegate int Launcher(string package, string program, byte** command);

    /// <summary>
    /// The name by which we were called, if it is one of <see cref="RunnerCommand.Runners"/>; else null. Asked at every start of ours, so
    /// nothing is made for it. A client may choose argv[0]; the file that it executes tells too.
    /// </summary>
    public static string? NameOf(ReadOnlySpan<string> args) => NameOf(*StartArguments.Arguments(args, 0)) ?? NameOf(CalledAs);

    /// <param name="name">npx or uvx.</param>
    /// <param name="args">The arguments after it.</param>
    /// <param name="launch">Goes on as launch.</param>
    public static int Run(string name, ReadOnlySpan<string> args, Launcher launch)
    {
        var path = LinkAvoidance.Path;
        var calledAs = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(CalledAs));
        if (RealProgram.Find(name, calledAs, path) is not { } program)
        {
            StandardError.TryWriteLine($"mcp-init: {name}: PATH has no {name} beside the links to mcp-init");
            return ExitCodes.NotFound;
        }
        var command = Command(program, args);
        if (RunnerCommand.Read(name, args).Package is not { } package)
            return Execute(command, program);
        LinkAvoidance.CleanPath(path);
        return launch(package.Name, name, command);
    }

    /// <summary>Becomes the command, with our environment, and with the signals that we were given.</summary>
    /// <returns>The exit code, if the kernel refuses.</returns>
    public static int Execute(byte** command, string program)
    {
        SignalReset.To(SignalReset.Inherited);
        _ = execve(command[0], command, StartArguments.Environment);
        var error = LastError;
        StandardError.TryWriteLine($"mcp-init: {program}: {error}");
        return error.Number == Errno.ENOENT ? ExitCodes.NotFound : ExitCodes.NotExecutable;
    }

    private static byte* CalledAs => (byte*)getauxval(AT_EXECFN);

    private static string? NameOf(byte* path)
    {
        var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path);
        name = name[(name.LastIndexOf((byte)'/') + 1)..];
        return name.SequenceEqual("npx"u8) ? "npx" : name.SequenceEqual("uvx"u8) ? "uvx" : null;
    }

    /// <summary>The arguments stay the bytes that they were.</summary>
    private static byte** Command(string program, ReadOnlySpan<string> args)
    {
        var given = StartArguments.Arguments(args, 1);
        // Never freed: the process becomes another program, or ends.
        var command = (byte**)NativeMemory.Alloc((nuint)(args.Length + 2), (nuint)sizeof(byte*));
        command[0] = LinkAvoidance.Native(program);
        for (var i = 0; i <= args.Length; i++)
            command[i + 1] = given[i];
        return command;
    }
}
