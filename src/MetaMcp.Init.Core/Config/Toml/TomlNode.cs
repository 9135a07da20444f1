namespace MetaMcp.Init.Core.Config.Toml;

/// <summary>A value of the file and where it stands; what it means is the schema's business.</summary>
internal abstract record TomlNode(SourcePosition At)
{
    /// <summary>As a message names it: <c>expected …, not a string</c>. Never the value, which may be a secret.</summary>
    public abstract string Kind { get; }
}

internal sealed record TomlString(SourcePosition At, string Text) : TomlNode(At)
{
    public override string Kind => "a string";
}

internal sealed record TomlInteger(SourcePosition At, long Number) : TomlNode(At)
{
    public override string Kind => "a whole number";
}

internal sealed record TomlFloat(SourcePosition At, double Number) : TomlNode(At)
{
    public override string Kind => "a number with a fraction";
}

internal sealed record TomlBoolean(SourcePosition At, bool Flag) : TomlNode(At)
{
    public override string Kind => "true or false";
}

internal sealed record TomlDate(SourcePosition At) : TomlNode(At)
{
    public override string Kind => "a date or time";
}

internal sealed record TomlArray(SourcePosition At, List<TomlNode> Items) : TomlNode(At)
{
    public override string Kind => "an array";
}

/// <summary>A key where it is written, and its value.</summary>
internal sealed record TomlEntry(string Name, SourcePosition At, TomlNode Value);

/// <summary>How a table came to be, which decides what may still be added to it (toml.io, "Table").</summary>
internal enum TableOrigin
{
    /// <summary>Named only on the way to a sub-table: <c>[a.b]</c> makes <c>a</c>.</summary>
    Implicit,
    Header,
    Dotted,

    /// <summary>In braces: complete where it stands.</summary>
    Inline,
}

internal sealed record TomlTable(SourcePosition At) : TomlNode(At)
{
    private readonly Dictionary<string, TomlEntry> byName = new(StringComparer.Ordinal);
    private readonly List<TomlEntry> entries = [];

    public override string Kind => "a table";

    public TableOrigin Origin { get; set; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<TomlEntry> Entries => entries;

    public TomlEntry? Find(string name) => byName.GetValueOrDefault(name);

    public void Add(TomlEntry entry)
    {
        byName.Add(entry.Name, entry);
        entries.Add(entry);
    }
}
