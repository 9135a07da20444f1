using System.Text;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Doctor;

/// <summary>The diagnosis as a page: the facts, then errors and warnings with their settings, then notes.</summary>
internal static class DoctorText
{
    /// <summary>The width of the second column; with the first column, lines have at most 120 characters.</summary>
    private const int Width = 102;

    public static string Render(Examination examination, string? file)
    {
        var text = new StringBuilder();
        text.Append(file is null ? "this container, without a configuration\n\n" : $"this container, for {file}\n\n");
        var facts = new TextTable("  ");
        DoctorFacts.Each(examination.Facts, (name, value) => Rows(facts, name, value));
        facts.AppendTo(text);
        Section(text, examination, FindingSeverity.Error, "ERRORS: with these the configuration cannot work");
        Section(text, examination, FindingSeverity.Warning, "WARNINGS: with these it works less well than it could");
        Section(text, examination, FindingSeverity.Info, "NOTES: good to know; nothing is missing");
        return text.Append('\n').Append(examination.Summary).Append('\n').ToString();
    }

    private static void Section(StringBuilder text, Examination examination, FindingSeverity severity, string heading)
    {
        var isFirst = true;
        foreach (var finding in examination.Findings)
        {
            if (finding.Severity != severity)
                continue;
            if (isFirst)
                text.Append($"\n{heading}\n");
            isFirst = false;
            text.Append($"\n  {finding.Id}\n");
            var table = new TextTable("    ");
            // The first cell is as wide as the widest name, so that the settings of all findings stand in one column.
            Rows(table, "found     ", finding.Found);
            Rows(table, "costs", finding.Costs);
            DoctorFacts.EachSetting(finding.Remedies, (platform, setting) =>
            {
                if (setting is not null)
                    Rows(table, platform, setting);
            });
            table.AppendTo(text);
        }
    }

    /// <summary>One row for each line of the text, and for each line that wrapping adds.</summary>
    private static void Rows(TextTable table, string name, string value)
    {
        foreach (var line in value.Split('\n'))
        {
            Wrapped(table, name, line);
            name = "";
        }
    }

    private static void Wrapped(TextTable table, string name, string value)
    {
        var line = "";
        foreach (var word in Printable(value).Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > Width)
            {
                table.Add(name, line);
                (name, line) = ("", "");
            }
            line = line.Length == 0 ? word : $"{line} {word}";
        }
        if (line.Length > 0)
            table.Add(name, line);
    }

    /// <summary>A mount point or a process may have a name with control characters that a terminal would obey.</summary>
    private static string Printable(string text)
    {
        var characters = text.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
            if (char.IsControl(characters[i]))
                characters[i] = '?';
        return new string(characters);
    }
}
