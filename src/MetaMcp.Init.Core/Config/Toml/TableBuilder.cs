namespace MetaMcp.Init.Core.Config.Toml;

/// <summary>Puts headers and keys in their places, by TOML's rules about repetition (none is allowed).</summary>
internal static class TableBuilder
{
    /// <summary>The table that <c>[a.b.c]</c> opens; null if it cannot be opened, which has been reported.</summary>
    public static TomlTable? Open(TomlTable root, List<TomlKey> path, Problems problems)
    {
        var table = root;
        foreach (var key in path[..^1])
        {
            if (table.Find(key.Name) is not { } entry)
                table = Add(table, key, TableOrigin.Implicit);
            else if (entry.Value is TomlTable { Origin: not TableOrigin.Inline } next)
                table = next;
            else
                return Twice(key, entry, problems);
        }
        var last = path[^1];
        if (table.Find(last.Name) is not { } existing)
            return Add(table, last, TableOrigin.Header);
        if (existing.Value is not TomlTable opened || opened.Origin is TableOrigin.Inline or TableOrigin.Dotted)
            return Twice(last, existing, problems);
        if (opened.Origin == TableOrigin.Header)
            problems.Error(last.At, $"[{Name(path)}] is given twice; the first is on line {existing.At.Line}");
        opened.Origin = TableOrigin.Header;
        return opened;
    }

    /// <summary><c>a.b.c = value</c> in a table; a conflict has been reported.</summary>
    public static void Assign(TomlTable table, List<TomlKey> path, TomlNode value, Problems problems)
    {
        foreach (var key in path[..^1])
        {
            if (table.Find(key.Name) is not { } entry)
                table = Add(table, key, TableOrigin.Dotted);
            else if (entry.Value is TomlTable { Origin: TableOrigin.Dotted } next)
                table = next;
            else
            {
                Twice(key, entry, problems);
                return;
            }
        }
        var last = path[^1];
        if (table.Find(last.Name) is { } existing)
            Twice(last, existing, problems);
        else
            table.Add(new TomlEntry(last.Name, last.At, value));
    }

    /// <summary>At its closing brace a table is complete, and so are the tables that its dotted keys made.</summary>
    public static void Seal(TomlTable table)
    {
        table.Origin = TableOrigin.Inline;
        foreach (var entry in table.Entries)
            if (entry.Value is TomlTable { Origin: TableOrigin.Dotted } dotted)
                Seal(dotted);
    }

    private static TomlTable Add(TomlTable parent, TomlKey key, TableOrigin origin)
    {
        var table = new TomlTable(key.At) { Origin = origin };
        parent.Add(new TomlEntry(key.Name, key.At, table));
        return table;
    }

    private static TomlTable? Twice(TomlKey key, TomlEntry first, Problems problems)
    {
        problems.Error(key.At, $"{Quoted.Text(key.Name)} is given twice; the first is on line {first.At.Line}");
        return null;
    }

    private static string Name(List<TomlKey> path) => string.Join('.', path.Select(k => Quoted.Text(k.Name).Trim('"')));
}
