using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Exec;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Unwrapping;

namespace MetaMcp.Init.Launch;

/// <summary>The command of the server, as the vector that <c>execve</c> takes.</summary>
internal readonly unsafe struct ServerCommand
{
    private ServerCommand(byte** words) => Words = words;

    /// <summary>Never freed: the process becomes the command, or waits for it.</summary>
    public byte** Words { get; }

    /// <summary>For the log of PID 1: the program in place of npx or uvx, or why there is none; null without an attempt.</summary>
    public string? Unwrapping { get; private init; }

    /// <summary>The base name of the program, safe to show.</summary>
    public string Program => LaunchNames.Program(ByteText.Decode(ByteText.From(Words[0])));

    /// <summary>The client's own command, byte for byte; that of the file if the client gave none; null if there is neither.</summary>
    public static ServerCommand? Of(byte** given, LaunchGrant grant) =>
        given != null ? new ServerCommand(given)
        : grant.Command.IsEmpty ? null
#pragma warning disable CA2000 // Never freed: the process becomes the command, or starts it.
        : new ServerCommand(new NativeStrings(grant.Command.AsSpan()).Pointer);
#pragma warning restore CA2000

    /// <summary>The program of a package in place of npx or uvx, where it is certain; its variables are in our environment then.</summary>
    public ServerCommand Unwrapped()
    {
        var words = CommandUnwrapping.Apply(Words, out var said);
        return new ServerCommand(words) { Unwrapping = said is null ? null : LaunchNames.Sentence(said) };
    }

    /// <summary>The name of a program for the request; empty if the client gave no command.</summary>
    public static string ProgramOf(byte** given) => given == null ? "" : new ServerCommand(given).Program;
}
