using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Packages;

/// <summary>The package that a command starts, where the command is a runner of packages or wraps one.</summary>
public static class RunnerCommand
{
    /// <summary>The programs that can be intercepted: their command line says which package they start.</summary>
    public static ImmutableArray<string> Runners { get; } = ["npx", "uvx"];

    /// <summary><c>env</c> in <c>bash -c</c> in <c>env</c> is more than anyone writes.</summary>
    private const int MaxWrappers = 4;

    /// <returns>Null if there is no npx, uvx, <c>npm exec</c> or <c>uv tool run</c>, alone, behind <c>env</c> or for a shell.</returns>
    public static RunnerCall? Read(ReadOnlySpan<string> command)
    {
        for (var wrappers = 0; wrappers < MaxWrappers && !command.IsEmpty; wrappers++)
        {
            switch (NameOf(command[0]))
            {
                case "npx":
                    return NpxArguments.Read(command[1..]);
                case "uvx":
                    return UvxArguments.Read(command[1..]);
                case "npm" when command is [_, "exec" or "x", .. var rest]:
                    return NpxArguments.Read(rest, before: 2) with { IsPlain = false };
                case "uv" when command is [_, "tool", "run", .. var rest]:
                    return UvxArguments.Read(rest, before: 3) with { IsPlain = false };
                case "env":
                    command = AfterEnvironment(command[1..]);
                    break;
                case "sh" or "bash" or "dash" or "ash" or "zsh":
                    command = AfterEnvironment(LineOf(command[1..]));
                    break;
                default:
                    return null;
            }
        }
        return null;
    }

    /// <summary>The call of one of <see cref="Runners"/> by its name.</summary>
    /// <param name="runner">npx or uvx.</param>
    /// <param name="words">The words after it.</param>
    public static RunnerCall Read(string runner, ReadOnlySpan<string> words) =>
        runner == "uvx" ? UvxArguments.Read(words) : NpxArguments.Read(words);

    /// <summary>The last part of a path.</summary>
    public static string NameOf(string program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return program[(program.LastIndexOf('/') + 1)..];
    }

    /// <summary>Without the assignments, options and <c>exec</c> before the command.</summary>
    private static ReadOnlySpan<string> AfterEnvironment(ReadOnlySpan<string> words)
    {
        while (!words.IsEmpty && (words[0] is "exec" or "-i" or "-" or "--" || words[0].IndexOf('=', StringComparison.Ordinal) > 0))
            words = words[1..];
        return words;
    }

    /// <summary>The first command of <c>-c LINE</c>, <c>-lc LINE</c>, <c>-l -c LINE</c>.</summary>
    private static ReadOnlySpan<string> LineOf(ReadOnlySpan<string> words)
    {
        for (var i = 0; i + 1 < words.Length && words[i].StartsWith('-'); i++)
            if (words[i].Length > 1 && words[i][1] != '-' && words[i].Contains('c', StringComparison.Ordinal))
                return ShellLine.FirstCommand(words[i + 1]).AsSpan();
        return [];
    }
}
