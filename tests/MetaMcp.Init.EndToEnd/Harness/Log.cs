using System.Text.RegularExpressions;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>The init's own lines on stderr: <c>mcp-init | info  backend: ready after 0.02 s (pid 12)</c>.</summary>
internal static partial class Log
{
    /// <summary>Waits for a line of the init about a service.</summary>
    public static Task<Line> WaitForLog(this Speaker init, string service, string what, Line? after = null, TimeSpan? limit = null) =>
        init.WaitFor(line => IsLog(line, service, what), $"the log's '{service}: … {what}'", after, limit);

    /// <summary>All lines with these words, about a service or (empty) about the whole.</summary>
    public static IReadOnlyList<Line> Logged(this IEnumerable<Line> lines, string service, string what) =>
        [.. lines.Where(line => IsLog(line, service, what))];

    public static bool HasLogged(this IEnumerable<Line> lines, string service, string what) => lines.Logged(service, what).Count > 0;

    /// <summary>The index, among all lines, of the one line with these words.</summary>
    public static int IndexOfLog(this IEnumerable<Line> lines, string service, string what) =>
        Assert.Single(lines.Logged(service, what)).Index;

    /// <summary>The services of all the lines with this word, in their order.</summary>
    public static IReadOnlyList<string> ServicesWith(this IEnumerable<Line> lines, string what) =>
        [.. lines.Select(line => (Match: Own().Match(line.Text), line))
            .Where(entry => entry.Match.Success && HasWord(entry.Match.Groups["rest"].Value, what))
            .Select(entry => entry.Match.Groups["name"].Value)];

    /// <summary>The pid in a line's <c>(pid N)</c>, as the namespace counts.</summary>
    public static int PidIn(Line line) => int.Parse(Pid().Match(line.Text).Groups[1].Value);

    // A word boundary, since "restarted" is not "started".
    private static bool HasWord(string text, string what) => Regex.IsMatch(text, @"(?<!\w)" + Regex.Escape(what));

    /// <summary>An alert may repeat the words of its reason.</summary>
    private static bool IsLog(Line line, string service, string what)
    {
        var own = Own().Match(line.Text);
        if (own.Groups["rest"].Value.StartsWith(" alert ", StringComparison.Ordinal) &&
            !what.StartsWith("alert ", StringComparison.Ordinal))
            return false;
        return service.Length == 0
            ? line.Text.StartsWith("mcp-init ", StringComparison.Ordinal) && line.Text.Contains(what, StringComparison.Ordinal)
            : own.Success && own.Groups["name"].Value == service && HasWord(own.Groups["rest"].Value, what);
    }

    [GeneratedRegex(@"^mcp-init +\| \w+ +(?<name>[\w.-]+):(?<rest>.*)")]
    private static partial Regex Own();

    [GeneratedRegex(@"\(pid (\d+)\)")]
    private static partial Regex Pid();
}
