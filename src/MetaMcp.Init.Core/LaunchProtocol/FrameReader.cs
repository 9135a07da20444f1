using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.LaunchProtocol;

/// <summary>
/// The members of one line, each with the type that the asker expects. The first problem is kept and every value after it is empty,
/// so that a frame is read without a check after each member. Each member costs a walk over the line, which is short.
/// </summary>
internal ref struct FrameReader
{
    private readonly ReadOnlySpan<byte> _line;

    public FrameReader(ReadOnlySpan<byte> line, int most)
    {
        if (line.Length > most)
        {
            Problem = $"the line is longer than {most} bytes";
            return;
        }
        _line = line;
        if (!IsObject(line))
            Problem = "the line is no JSON object";
    }

    /// <summary>Null while everything was as it should be.</summary>
    public string? Problem { get; private set; }

    /// <summary>Keeps the problem, unless there is one already.</summary>
    public void Refuse(string problem) => Problem ??= problem;

    /// <summary>Whether the member is there, and is not <c>null</c>.</summary>
    public readonly bool Has(string name) => Find(name) is { IsEmpty: false } value && !value.SequenceEqual("null"u8);

    /// <param name="name">The member.</param>
    /// <param name="isShown">It reaches a log or a terminal, so it must have no control characters.</param>
    public string Text(string name, bool isShown = true) =>
        Find(name) is var value && TryText(value, isShown, out var text) ? text : Wrong(name, "");

    /// <summary>The same; null for a member that is not there, or is <c>null</c>.</summary>
    public string? OptionalText(string name, bool isShown = true) => Has(name) ? Text(name, isShown) : null;

    public bool Boolean(string name)
    {
        var value = Find(name);
        var isTrue = value.SequenceEqual("true"u8);
        return isTrue || value.SequenceEqual("false"u8) ? isTrue : Wrong(name, false);
    }

    /// <summary>A whole number in digits.</summary>
    public long Number(string name, long least, long most)
    {
        var number = AsciiBytes.Number(Find(name));
        return number >= least && number <= most ? number : Wrong(name, least);
    }

    /// <summary>An array of strings, in which words of a command may have any character but zero.</summary>
    public ImmutableArray<string> Texts(string name, bool isShown = false)
    {
        var json = new JsonScanner(Find(name));
        var isBroken = !json.TryEnterArray();
        var texts = ImmutableArray.CreateBuilder<string>();
        for (var isFirst = true; !isBroken && json.TryElement(isFirst, out var value, out isBroken); isFirst = false)
        {
            isBroken = !TryText(value, isShown, out var text);
            texts.Add(text);
        }
        return isBroken ? Wrong(name, ImmutableArray<string>.Empty) : texts.DrainToImmutable();
    }

    /// <summary>An object of strings: variables, whose names have no <c>=</c>.</summary>
    public ImmutableSortedDictionary<string, string> Variables(string name)
    {
        var json = new JsonScanner(Find(name));
        var isBroken = !json.TryEnter();
        var variables = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var isFirst = true; !isBroken && json.TryMember(isFirst, out var key, out var value, out isBroken); isFirst = false)
        {
            isBroken = !JsonStrings.TryDecode(key, out var variable) || !TryText(value, false, out _) || variable.Length == 0 ||
                variable.Contains('=', StringComparison.Ordinal) || variable.Contains('\0', StringComparison.Ordinal);
            if (!isBroken && TryText(value, false, out var text))
                variables[variable] = text;
        }
        return isBroken ? Wrong(name, variables.ToImmutable().Clear()) : variables.ToImmutable();
    }

    private T Wrong<T>(string name, T none)
    {
        Problem ??= $"{name} is missing, or not as it should be";
        return none;
    }

    private static bool TryText(ReadOnlySpan<byte> value, bool isShown, out string text)
    {
        text = "";
        if (value.Length < 2 || value[0] != '"' || !JsonStrings.TryDecode(value[1..^1], out text))
            return false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (isShown ? !LaunchNames.IsSafe(rune) : rune.Value == 0)
                return false;
        }
        return true;
    }

    /// <summary>The value as it is written, the last of two; empty if there is none, or if there was a problem before.</summary>
    private readonly ReadOnlySpan<byte> Find(string wanted)
    {
        if (Problem is not null)
            return default;
        Span<byte> name = stackalloc byte[16];
        name = name[..Encoding.ASCII.GetBytes(wanted, name)];
        var json = new JsonScanner(_line);
        _ = json.TryEnter();
        ReadOnlySpan<byte> found = default;
        for (var isFirst = true; json.TryMember(isFirst, out var member, out var value, out _); isFirst = false)
        {
            if (member.SequenceEqual(name))
                found = value;
        }
        return found;
    }

    private static bool IsObject(ReadOnlySpan<byte> line)
    {
        var json = new JsonScanner(line);
        var isBroken = !json.TryEnter();
        for (var isFirst = true; !isBroken && json.TryMember(isFirst, out _, out _, out isBroken);)
            isFirst = false;
        return !isBroken && json.IsAtEnd();
    }
}
