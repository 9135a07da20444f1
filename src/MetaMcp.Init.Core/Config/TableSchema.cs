using System.Collections;
using MetaMcp.Init.Core.Config.Toml;

namespace MetaMcp.Init.Core.Config;

/// <summary>
/// The keys that a table may hold, each with the change that its value makes to the settings. Every key of the file is declared in
/// one schema, once.
/// </summary>
internal sealed class TableSchema<T> : IEnumerable
    where T : class
{
    /// <summary>With more keys than this, a list of them in the message does not help.</summary>
    private const int Few = 6;

    // Untyped, as everything generic over T is compiled once for each of a dozen tables.
    private readonly List<Key> keys = [];

    public IEnumerable<string> Names => keys.Select(k => k.Name);

    public void Add(string name, Func<T, ValueReader, T> apply) => keys.Add(new Key(name, apply));

    /// <summary>Keys of a part of the settings, written in the same table.</summary>
    public TableSchema<T> Include<TPart>(TableSchema<TPart> part, Func<T, TPart> get, Func<T, TPart, T> set)
        where TPart : class
    {
        foreach (var key in part.keys)
            Add(key.Name, (settings, value) => set(settings, ((Func<TPart, ValueReader, TPart>)key.Apply)(get(settings), value)));
        return this;
    }

    /// <param name="start">The defaults.</param>
    /// <param name="table">The table of the file.</param>
    /// <param name="where">The name of the table in messages: <c>[limits]</c>, <c>probe</c>.</param>
    /// <param name="problems">Gets the errors.</param>
    /// <param name="prefix">Put before the keys in messages, if the table stands inside another: <c>probe.</c></param>
    /// <param name="elsewhere">The name of another table that has the key; null if there is none.</param>
    public T Read(
        T start, TomlTable table, string where, Problems problems, string prefix = "", Func<string, string?>? elsewhere = null)
    {
        var settings = start;
        foreach (var entry in table.Entries)
        {
            if (keys.Find(k => k.Name == entry.Name) is { } key)
                settings = ((Func<T, ValueReader, T>)key.Apply)(settings, new ValueReader(prefix + entry.Name, entry.Value, problems));
            else
                problems.Error(entry.At, $"unknown key {Quoted.Text(entry.Name)} in {where}{Hint(entry, elsewhere?.Invoke(entry.Name))}");
        }
        return settings;
    }

    IEnumerator IEnumerable.GetEnumerator() => keys.GetEnumerator();

    private string Hint(TomlEntry entry, string? elsewhere)
    {
        // A key that exists is no typing error.
        if (elsewhere is not null)
            return $"; it is a key of {elsewhere}";
        if (Suggestion.Nearest(entry.Name, Names) is { } nearest)
            return $"; did you mean \"{nearest}\"?";
        if (entry.Value is TomlTable { Origin: TableOrigin.Header })
            return "; a name with a dot in it stands in quotes";
        return keys.Count <= Few ? $"; it has {string.Join(", ", Names)}" : "";
    }
}
