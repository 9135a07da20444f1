using MetaMcp.Init.Core.Config.Toml;

namespace MetaMcp.Init.Core.Config;

/// <summary>A <c>[service.NAME]</c> or <c>[server.NAME]</c>, as it stands in the file.</summary>
internal sealed class NamedTable(TomlEntry entry, TomlTable table)
{
    public string Name => entry.Name;

    /// <summary>The position of its name.</summary>
    public SourcePosition At => entry.At;

    public TomlTable Table => table;

    public bool Has(string key) => table.Find(key) is not null;

    /// <summary>The position of the value of a key; without the key, that of the table's name.</summary>
    public SourcePosition AtValue(string key) => table.Find(key)?.Value.At ?? entry.At;
}
