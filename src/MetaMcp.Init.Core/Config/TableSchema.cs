using MetaMcp.Init.Core.Config.Toml;

namespace MetaMcp.Init.Core.Config;

/// <summary>One key: its name, and how its value changes the settings it belongs to.</summary>
internal sealed record Key<T>(string Name, Func<T, ValueReader, T> Apply);

/// <summary>What a table may hold. Every key of the file is declared in one of these, once.</summary>
internal sealed class TableSchema<T>(params IEnumerable<Key<T>> keys)
{
    private readonly Dictionary<string, Key<T>> keys = keys.ToDictionary(k => k.Name, StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => keys.Keys;

    /// <param name="start">The defaults.</param>
    /// <param name="table">What the file says.</param>
    /// <param name="where">As messages name the table: <c>[limits]</c>, <c>probe</c>.</param>
    /// <param name="problems">Told what is wrong.</param>
    /// <param name="prefix">Put before the keys in messages, where the table stands inside another: <c>probe.</c></param>
    public T Read(T start, TomlTable table, string where, Problems problems, string prefix = "")
    {
        var settings = start;
        foreach (var entry in table.Entries)
        {
            if (keys.TryGetValue(entry.Name, out var key))
                settings = key.Apply(settings, new ValueReader(prefix + entry.Name, entry.Value, problems));
            else
                problems.Error(entry.At, $"unknown key {Quoted.Text(entry.Name)} in {where}{Hint(entry)}");
        }
        return settings;
    }

    private string Hint(TomlEntry entry)
    {
        if (Suggestion.Nearest(entry.Name, Names) is { } nearest)
            return $"; did you mean \"{nearest}\"?";
        if (entry.Value is TomlTable { Origin: TableOrigin.Header })
            return "; a name with a dot in it stands in quotes";
        return keys.Count <= 6 ? $"; it has {string.Join(", ", Names)}" : "";
    }
}
