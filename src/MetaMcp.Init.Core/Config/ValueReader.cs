using System.Collections.Immutable;
using System.Globalization;
using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>
/// One value on its way into the settings, and every way to read it. Each method returns null if the value is not valid, and has then
/// reported what to write instead.
/// </summary>
internal sealed class ValueReader(string name, TomlNode node, Problems problems)
{
    /// <summary>The shortest time that is more than nothing: a deadline of zero would pass before anything began.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>The name in messages, <c>backoff.max</c>.</summary>
    public string Name => name;

    public TomlNode Node => node;

    public Problems Problems => problems;

    public void Error(string message) => problems.Error(node.At, message);

    /// <param name="example">An example of a valid value.</param>
    /// <param name="shortest">0 if an empty string is valid.</param>
    public string? Text(string example, int shortest = 1)
    {
        if (node is not TomlString { Text: var text })
        {
            Wrong("a string", node is TomlInteger { Number: var number } ? $"\"{number}\"" : $"\"{example}\"");
            return null;
        }
        if (text.Length < shortest)
            Error($"{name} is empty; write {name} = \"{example}\"");
        else if (text.Contains('\0', StringComparison.Ordinal))
            Error($"{name} has a NUL character in it, which no program can be given");
        else
            return text;
        return null;
    }

    public bool? Flag()
    {
        if (node is TomlBoolean { Flag: var flag })
            return flag;
        Wrong("true or false", "true");
        return null;
    }

    public int? Integer(int min, int max, int example)
    {
        if (node is TomlInteger { Number: var number })
        {
            if (number >= min && number <= max)
                return (int)number;
            Error($"{name} = {number} is out of range; it can be {min} to {max}");
            return null;
        }
        var isQuoted = node is TomlString { Text: var text } &&
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out example);
        Wrong("a whole number", $"{example}", isQuoted ? ", without quotes" : "");
        return null;
    }

    public double? Number(double min, double max, string example)
    {
        double? number = node switch
        {
            TomlInteger whole => whole.Number,
            TomlFloat fraction => fraction.Number,
            _ => null,
        };
        if (number is null)
            Wrong("a number", example);
        // Written so that "not a number" is out of range too.
        else if (!(number >= min && number <= max))
            Error(string.Create(CultureInfo.InvariantCulture, $"{name} = {number} is out of range; it can be {min} to {max}"));
        else
            return number;
        return null;
    }

    public TimeSpan? Time(TimeSpan min, string example = "30s")
    {
        if (node is TomlInteger { Number: >= 0 and var number })
            example = $"{number}s";
        if (node is not TomlString { Text: var text })
            Wrong("a duration, a string with its unit", $"\"{example}\"");
        else if (!Duration.TryParse(text, out var time))
            Error($"{name} = {Quoted.Text(text)} is no duration; write it as \"500ms\", \"{example}\", \"2m\" or \"1h30m\"");
        else if (time < min)
            Error($"{name} = {Quoted.Text(text)} is too short; it can be {Duration.Format(min)} or more");
        else
            return time;
        return null;
    }

    public ByteSize? Size(long min, string example)
    {
        if (node is not TomlString { Text: var text })
            Wrong("a size, a string with its unit", $"\"{example}\"");
        else if (!ByteSize.TryParse(text, out var size))
            Error($"{name} = {Quoted.Text(text)} is no size; write it as \"{example}\", with KiB, MiB or GiB (or kB, MB, GB for powers " +
                "of 1000)");
        else if (size.Bytes < min)
            Error($"{name} = {Quoted.Text(text)} is too small; it can be {new ByteSize(min)} or more");
        else
            return size;
        return null;
    }

    /// <returns>The index of the word, which is the value of the enum they are the names of.</returns>
    public int? OneOf(ImmutableArray<string> words)
    {
        var list = string.Join(", ", words.Select(w => $"\"{w}\""));
        if (node is not TomlString { Text: var text })
            Wrong($"one of {list}", $"\"{words[0]}\"");
        else if (words.IndexOf(text) is >= 0 and var index)
            return index;
        else
            Error($"{name} = {Quoted.Text(text)} is not one of {list}{Suggestion.For(text, words)}");
        return null;
    }

    public Signal? Signal()
    {
        var text = node switch
        {
            TomlString word => word.Text,
            TomlInteger number => number.Number.ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
        if (text is not null)
        {
            if (Values.Signal.TryParse(text, out var signal))
                return signal;
            Error($"{name} = {Quoted.Text(text)} is no signal{Suggestion.For(text, SignalNames)}");
            return null;
        }
        Wrong("the name of a signal", "\"SIGTERM\"");
        return null;
    }

    /// <param name="example">An example of one item.</param>
    /// <param name="shortest">0 if an empty item is valid.</param>
    public ImmutableArray<string>? Texts(string example, int shortest = 1)
    {
        if (node is TomlArray { Items: var items })
        {
            var texts = items.Select((item, i) => Item(i, item).Text(example, shortest)).ToList();
            return texts.Contains(null) ? null : [.. texts!];
        }
        var one = node is TomlString { Text: { Length: > 0 } text } ? Quoted.Text(text) : $"\"{example}\"";
        Wrong("an array of strings", $"[{one}]");
        return null;
    }

    public ImmutableArray<int>? Integers(int min, int max, int example)
    {
        if (node is TomlArray { Items: var items })
        {
            var numbers = items.Select((item, i) => Item(i, item).Integer(min, max, example)).ToList();
            return numbers.Contains(null) ? null : [.. numbers.Select(n => n!.Value)];
        }
        Wrong("an array of whole numbers", $"[{example}]");
        return null;
    }

    public TomlTable? Table(string example)
    {
        if (node is TomlTable table)
            return table;
        Wrong("a table", example);
        return null;
    }

    /// <param name="wanted">With its article, as in <c>a string</c>.</param>
    /// <param name="example">An example of the text on the right of the equals sign.</param>
    /// <param name="how">Text at the end of the message.</param>
    public void Wrong(string wanted, string example, string how = "") =>
        Error($"{name} takes {wanted}, not {node.Kind}; write {(IsItem ? "" : $"{name} = ")}{example}{how}");

    public ValueReader Item(int index, TomlNode item) => new($"{name}[{index}]", item, problems);

    private static IEnumerable<string> SignalNames =>
        Enumerable.Range(1, 31).Select(n => Values.Signal.FromNumber(n).ToString());

    private bool IsItem => name.EndsWith(']');
}
