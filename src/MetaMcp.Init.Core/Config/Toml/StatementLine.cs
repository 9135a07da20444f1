namespace MetaMcp.Init.Core.Config.Toml;

/// <summary>Finds the line at which reading can continue after a mistake.</summary>
internal static class StatementLine
{
    /// <summary>
    /// Whether a line looks like <c>key =</c> or <c>[table]</c>. Quoted keys don't count: inside an array that was never
    /// closed, <c>"a=b",</c> would look like one.
    /// </summary>
    public static bool Begins(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf('\n');
        var line = (end < 0 ? text : text[..end]).Trim();
        if (line.StartsWith('['))
        {
            var name = line.TrimStart('[');
            return !name.IsEmpty && IsBare(name[0]) && name.Contains(']') && !name.Contains(',');
        }
        var length = line.IndexOf('=');
        if (length <= 0)
            return false;
        foreach (var c in line[..length])
            if (!IsBare(c) && c is not ('.' or ' ' or '\t'))
                return false;
        return true;
    }

    private static bool IsBare(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
