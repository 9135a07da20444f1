using System.Text;
using MetaMcp.Init.Core.Diagnosis;

namespace MetaMcp.Init.Cli;

/// <summary>The diagnosis as a page: what is, then what is missing with its settings, the worst first, then what is good to know.</summary>
internal static class DoctorText
{
    private const int Width = 118;

    private static readonly (FindingSeverity Severity, string Heading)[] Sections =
    [
        (FindingSeverity.Error, "ERRORS: what is asked for here cannot work"),
        (FindingSeverity.Warning, "WARNINGS: what works less well than it could"),
        (FindingSeverity.Info, "NOTES: nothing that is asked for here is missing"),
    ];

    public static string Render(Examination examination, string? file)
    {
        var text = new StringBuilder();
        text.Append(file is null ? "this container, without a configuration\n\n" : $"this container, for {file}\n\n");
        var facts = new TextTable("  ");
        foreach (var (name, value) in DoctorFacts.Of(examination.Facts))
            Rows(facts, name, value, Width - 16);
        facts.AppendTo(text);
        foreach (var (severity, heading) in Sections)
            Section(text, examination, severity, heading);
        return text.Append('\n').Append(examination.Summary).Append('\n').ToString();
    }

    private static void Section(StringBuilder text, Examination examination, FindingSeverity severity, string heading)
    {
        var findings = examination.Findings.Where(f => f.Severity == severity).ToList();
        if (findings.Count == 0)
            return;
        text.Append($"\n{heading}\n");
        foreach (var finding in findings)
        {
            text.Append($"\n  {finding.Id}\n");
            var table = new TextTable("    ");
            // As wide as the widest name, so that the settings of all findings stand in one column.
            Rows(table, "found     ", finding.Found, Width - 16);
            Rows(table, "costs", finding.Costs, Width - 16);
            foreach (var (platform, setting) in DoctorFacts.Settings(finding.Remedies))
                if (setting is not null)
                    Rows(table, platform, setting, Width - 16);
            table.AppendTo(text);
        }
    }

    /// <summary>One row for each line that the text takes.</summary>
    private static void Rows(TextTable table, string name, string value, int width)
    {
        foreach (var line in Lines(value, width))
        {
            table.Add(name, line);
            name = "";
        }
    }

    private static IEnumerable<string> Lines(string text, int width)
    {
        var line = "";
        // A mount point or a process can be named so that a terminal would obey.
        foreach (var word in string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)).Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }
            line = line.Length == 0 ? word : $"{line} {word}";
        }
        if (line.Length > 0)
            yield return line;
    }
}
