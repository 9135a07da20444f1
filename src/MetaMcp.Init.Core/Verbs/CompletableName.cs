using System.Buffers;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>
/// Names that a completion offers. Clients choose the names of servers, and a shell must not be given a word that it could take for more
/// than a word: one that it expands, or an option.
/// </summary>
public static class CompletableName
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._/-");

    public static bool IsPlain(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length > 0 && name[0] != '-' && !name.AsSpan().ContainsAnyExcept(Plain);
    }
}
