using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>Values with rules of their own: commands, paths, accounts, masks, environments.</summary>
internal static class ValueKinds
{
    /// <summary>uid and gid 2^32 - 1 mean "unchanged" to the kernel (<c>man 2 setresuid</c>).</summary>
    private const long LargestId = uint.MaxValue - 1L;

    private const int LongestServiceName = 64;

    private const string NotExpanded =
        "nothing is expanded here, and the program gets it as it is written: where a variable is meant, write its value, or leave the " +
        "key out where the container has it, since services inherit the container's environment";

    /// <summary>Characters that only a shell gives a meaning to.</summary>
    private static readonly SearchValues<char> ShellCharacters = SearchValues.Create("|&;<>()$`\\\"'*?~");

    private static readonly SearchValues<char> AccountCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    /// <summary>A program and its arguments. No shell splits them, so a string is not accepted.</summary>
    public static ImmutableArray<string>? Command(this ValueReader value)
    {
        if (value.Node is TomlString { Text: var line })
        {
            value.Wrong("an array, the program and each argument a string of its own", AsArray(line));
            return null;
        }
        if (value.Texts("node", shortest: 0) is not { } command)
            return null;
        if (command is [{ Length: > 0 } program, ..])
        {
            // With a slash it may be a file whose name has a space in it; if not, the start reports it.
            if (command.Length == 1 && program[0] != '/' && program.AsSpan().Trim().ContainsAny(' ', '\t'))
                value.Problems.Warning(
                    value.Node.At,
                    $"{value.Name} names one program {Quoted.Text(program)}, spaces included; " +
                    $"write each argument as a string of its own: {AsArray(program)}");
            return command;
        }
        value.Error($"{value.Name} names no program; write {value.Name} = [\"node\", \"dist/index.js\"]");
        return null;
    }

    public static string? AbsolutePath(this ValueReader value, string example)
    {
        if (value.Text(example) is not { } path)
            return null;
        if (path[0] == '/')
            return path;
        value.Error($"{value.Name} = {Quoted.Text(path)} is no absolute path; write it from the root on, as \"{example}\"");
        return null;
    }

    /// <summary>A file of KEY=VALUE lines; a leading "-" tolerates its absence.</summary>
    public static string? EnvironmentFile(this ValueReader value)
    {
        if (value.Text("/etc/app.env") is not { } path)
            return null;
        if (path.TrimStart('-').StartsWith('/') && !path.StartsWith("--", StringComparison.Ordinal))
            return path;
        value.Error($"{value.Name} = {Quoted.Text(path)} is no absolute path; write it as \"/etc/app.env\", or \"-/etc/app.env\" where " +
            "it may be missing");
        return null;
    }

    public static ImmutableArray<string>? FileNames(this ValueReader value, string example)
    {
        if (value.Texts(example) is not { } names)
            return null;
        if (names.FirstOrDefault(n => n.Contains('/', StringComparison.Ordinal) || n is "." or "..") is not { } path)
            return names;
        value.Error($"{value.Name} takes names looked up in PATH, such as \"{example}\", not the path {Quoted.Text(path)}");
        return null;
    }

    /// <summary>A name, or a number written as a number or as a string; both have the same meaning.</summary>
    public static string? Account(this ValueReader value, string example)
    {
        var text = value.Node is TomlInteger { Number: var number } ? number.ToString(CultureInfo.InvariantCulture) : value.Text(example);
        return text is null ? null : value.AccountNamed(text, example);
    }

    /// <summary>The same of a text that was a part of the value.</summary>
    public static string? AccountNamed(this ValueReader value, string text, string example)
    {
        var isId = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id);
        if (isId ? id is >= 0 and <= LargestId : IsAccountName(text))
            return text;
        value.Error(isId
            ? $"{value.Name} = {id} is out of range; an id can be 0 to {LargestId}"
            : $"{value.Name} = {Quoted.Text(text)} is no name; write one as \"{example}\", or a number");
        return null;
    }

    public static ImmutableArray<string>? Accounts(this ValueReader value, string example)
    {
        if (value.Node is not TomlArray { Items: var items })
        {
            value.Wrong("an array of names or numbers", $"[\"{example}\"]");
            return null;
        }
        var accounts = items.Select((item, i) => value.Item(i, item).Account(example)).ToList();
        return accounts.Contains(null) ? null : [.. accounts!];
    }

    /// <summary>Octal digits in a string: a TOML number 0022 is not allowed and 22 would be something else.</summary>
    public static int? Umask(this ValueReader value)
    {
        if (value.Node is TomlInteger)
            value.Wrong("a string of octal digits", "\"0022\"");
        if (value.Node is TomlInteger || value.Text("0022") is not { } text)
            return null;
        if (text.Length is >= 3 and <= 4 && text.All(c => c is >= '0' and <= '7') && Convert.ToInt32(text, 8) is <= 0x1ff and var mask)
            return mask;
        value.Error($"{value.Name} = {Quoted.Text(text)} is no file mode mask; write {value.Name} = \"0022\", octal digits up to 0777");
        return null;
    }

    public static ImmutableArray<string>? Capabilities(this ValueReader value)
    {
        if (value.Texts("net_bind_service") is not { } texts)
            return null;
        var items = ((TomlArray)value.Node).Items;
        List<string> names = [];
        for (var i = 0; i < texts.Length; i++)
        {
            if (CapabilityTable.Find(texts[i]) is >= 0 and var number)
                names.Add(CapabilityTable.All[number]);
            else
            {
                var meant = Suggestion.For(texts[i].ToLowerInvariant().Replace("cap_", "", StringComparison.Ordinal), CapabilityTable.All);
                value.Item(i, items[i]).Error($"{Quoted.Text(texts[i])} is no capability{meant}");
            }
        }
        return names.Count == texts.Length ? [.. names.Distinct()] : null;
    }

    public static ImmutableSortedDictionary<string, string>? Environment(this ValueReader value)
    {
        if (value.Table("{ PORT = \"8080\" }") is not { } table)
            return null;
        var environment = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var entry in table.Entries)
        {
            var name = entry.Name;
            if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0'))
                value.Problems.Error(entry.At, $"{Quoted.Text(name)} cannot name a variable: it is empty or has \"=\" or NUL in it");
            // The value is not shown: it may be a secret.
            else if (entry.Value is not TomlString)
                value.Problems.Error(
                    entry.Value.At, $"{value.Name}.{name} takes a string, not {entry.Value.Kind}; put the value in quotes");
            else if (new ValueReader($"{value.Name}.{name}", entry.Value, value.Problems).Text("value", shortest: 0) is { } text)
            {
                environment[name] = text;
                if (HasReference(text))
                    value.Problems.Warning(
                        entry.Value.At, $"{value.Name}.{name} has a $ in it that a shell or Compose would expand; {NotExpanded}");
            }
        }
        return environment.ToImmutable();
    }

    /// <summary>
    /// Letters, digits, <c>-_.@</c>: a name is a directory of the cgroup tree, a label of metrics and a word of the command line.
    /// </summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestServiceName && name is not ("mcp-init" or "." or "..")
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@') && name[0] != '-';

    /// <summary>A <c>$NAME</c>, a <c>${</c>, or the <c>$$</c> that Compose reads as a plain <c>$</c>.</summary>
    private static bool HasReference(string text)
    {
        for (var i = 0; i + 1 < text.Length; i++)
            if (text[i] == '$' && (char.IsAsciiLetter(text[i + 1]) || text[i + 1] is '_' or '{' or '$'))
                return true;
        return false;
    }

    private static bool IsAccountName(string text) =>
        text.Length is > 0 and <= 32 && (char.IsAsciiLetter(text[0]) || text[0] == '_')
        && text.AsSpan(1).TrimEnd('$').IndexOfAnyExcept(AccountCharacters) < 0;

    private static string AsArray(string line)
    {
        string[] words = line.AsSpan().ContainsAny(ShellCharacters)
            ? ["sh", "-c", line]
            : line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? "[\"node\", \"dist/index.js\"]" : $"[{string.Join(", ", words.Select(Quoted.Text))}]";
    }
}
