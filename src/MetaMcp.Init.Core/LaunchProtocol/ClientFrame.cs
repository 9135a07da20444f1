using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.LaunchProtocol;

/// <summary>What a shim tells PID 1. Everything in it is a claim of a process that may be hostile.</summary>
public abstract record ClientFrame : Case
{
    private ClientFrame()
    {
    }

    /// <summary>Asks for a place: for a type by its name, or for a package that an intercepted command starts.</summary>
    /// <param name="Name">The type; null if the command was intercepted.</param>
    /// <param name="Package">The package, with its scope and without a version; null if there is a name.</param>
    /// <param name="Program">The base name of the program, for people only.</param>
    public sealed record Launch(string? Name, string? Package, string Program) : ClientFrame;

    /// <summary>The process that is to become the server, stopped before its exec: the shim itself, or a child of it.</summary>
    /// <param name="Pid">The process.</param>
    /// <param name="Unwrapping">
    /// For people: the program in place of npx or uvx, or why there is none. Null if the command is neither, or is not to be unwrapped.
    /// </param>
    public sealed record Place(int Pid, string? Unwrapping = null) : ClientFrame;

    /// <summary>The client has closed the server's stdin.</summary>
    public sealed record Closed : ClientFrame;

    /// <summary>There was no traffic for the grant's idle time; or there is again.</summary>
    public sealed record Idle(bool IsIdle) : ClientFrame;

    /// <summary>The package runner has started the server proper: the next cold start may begin.</summary>
    public sealed record Started : ClientFrame;

    /// <summary>The server has ended, and the guard, its parent, has collected it: the kernel tells only the guard how.</summary>
    /// <param name="Status">Its exit status.</param>
    /// <param name="IsAsked">The client had asked it to end, by a signal that the guard has passed on.</param>
    public sealed record Exited(ExitStatus Status, bool IsAsked) : ClientFrame;
}
