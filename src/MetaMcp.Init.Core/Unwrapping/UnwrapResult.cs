using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Unwrapping;

/// <summary>The program in place of npx or uvx, or why the command stays as it is.</summary>
public sealed record UnwrapResult
{
    /// <summary>The file to execute, which is also its first argument; null if the command stays.</summary>
    public string? Program { get; private init; }

    /// <summary>The words of the command that the program replaces; those after them are its arguments.</summary>
    public int Replaced { get; private init; }

    /// <summary>Variables that the runner would set.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; private init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Why the command stays; empty if it is unwrapped.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>
    /// A directory whose time is to be set to the present: it says when npm was last asked for a newer version. Null for none.
    /// </summary>
    public string? Asked { get; private init; }

    /// <summary>The same for the log of PID 1. The arguments of the server, which may be secrets, are not in it.</summary>
    /// <param name="runner">npx or uvx.</param>
    public string Sentence(string runner) =>
        Program is { } program ? $"{runner} is left out: {program}" : $"{runner} runs itself: {Reason}";

    public static UnwrapResult Of(string program, int replaced, ImmutableSortedDictionary<string, string> environment) =>
        new() { Program = program, Replaced = replaced, Environment = environment };

    public static UnwrapResult Stays(string reason, string? asked = null) => new() { Reason = reason, Asked = asked };
}
