namespace MetaMcp.Init.Core.Config.Toml;

/// <summary>A value of the file and its position; the schema knows its meaning.</summary>
internal abstract class TomlNode(SourcePosition at)
{
    public SourcePosition At => at;

    /// <summary>The kind of the value in a message: <c>expected …, not a string</c>. Never the value, which may be a secret.</summary>
    public abstract string Kind { get; }
}

internal sealed class TomlString(SourcePosition at, string text) : TomlNode(at)
{
    public string Text => text;

    public override string Kind => "a string";
}

internal sealed class TomlInteger(SourcePosition at, long number) : TomlNode(at)
{
    public long Number => number;

    public override string Kind => "a whole number";
}

internal sealed class TomlFloat(SourcePosition at, double number) : TomlNode(at)
{
    public double Number => number;

    public override string Kind => "a number with a fraction";
}

internal sealed class TomlBoolean(SourcePosition at, bool flag) : TomlNode(at)
{
    public bool Flag => flag;

    public override string Kind => "true or false";
}

internal sealed class TomlDate(SourcePosition at) : TomlNode(at)
{
    public override string Kind => "a date or time";
}

internal sealed class TomlArray(SourcePosition at, List<TomlNode> items) : TomlNode(at)
{
    public List<TomlNode> Items => items;

    public override string Kind => "an array";
}

/// <summary>A key with its position, and its value.</summary>
internal sealed class TomlEntry(string name, SourcePosition at, TomlNode value)
{
    public string Name => name;

    public SourcePosition At => at;

    public TomlNode Value => value;
}

/// <summary>How a table was made, which decides what may still be added to it (toml.io, "Table").</summary>
internal enum TableOrigin
{
    /// <summary>Named only on the way to a sub-table: <c>[a.b]</c> makes <c>a</c>.</summary>
    Implicit,
    Header,
    Dotted,

    /// <summary>In braces: complete at the closing brace.</summary>
    Inline,
}

internal sealed class TomlTable(SourcePosition at) : TomlNode(at)
{
    private readonly Dictionary<string, TomlEntry> byName = new(StringComparer.Ordinal);

    public override string Kind => "a table";

    public TableOrigin Origin { get; set; }

    /// <summary>In the order of the file.</summary>
    public List<TomlEntry> Entries { get; } = [];

    public TomlEntry? Find(string name) => byName.GetValueOrDefault(name);

    public void Add(TomlEntry entry)
    {
        byName.Add(entry.Name, entry);
        Entries.Add(entry);
    }
}
