namespace MetaMcp.Init.Core.Verbs;

/// <summary>The texts of <c>mcp-init --help</c> and of each verb's <c>--help</c>.</summary>
public static class HelpPage
{
    internal const string Program = "mcp-init";

    /// <summary>The list of all verbs.</summary>
    public static string OfAll()
    {
        var page = new PageText();
        page.Paragraph($"{Program}: {VerbTable.About}");
        Group(page, VerbKind.Run, "usage:");
        Group(page, VerbKind.Look, "to look, which changes nothing:");
        Group(page, VerbKind.Act, "to change something:");
        page.Blank();
        page.Paragraph("the file:");
        page.Columns([new PageRow(VerbTable.FileOrder, "")]);
        page.Blank();
        page.Paragraph($"flags of \"{Program} -- CMD\", which may be put together as in tini:");
        page.Columns(Rows(RunVerbs.PassThrough));
        page.Blank();
        page.Paragraph("exit codes: " + string.Join("; ", VerbTable.Exits.Select(exit => exit.Text)));
        page.Blank();
        page.Paragraph($"\"{Program} VERB --help\" and \"{Program} help VERB\" say more about a verb, \"{Program} help --\" about flags.");
        return page.ToString();
    }

    /// <summary>The page of one verb.</summary>
    public static string Of(VerbEntry verb)
    {
        var page = new PageText();
        page.Paragraph($"{Program} {verb.Name}: {verb.Lead}");
        page.Blank();
        page.Paragraph("usage:");
        page.Columns([.. verb.Forms.Select(form => new PageRow($"{Program} {form.Words}", form.Meaning))]);
        if (!verb.Options.IsEmpty)
        {
            page.Blank();
            page.Columns(Rows(verb));
        }
        foreach (var paragraph in verb.Paragraphs)
        {
            page.Blank();
            page.Paragraph(paragraph);
        }
        if (!verb.Exits.IsEmpty)
        {
            page.Blank();
            page.Paragraph("exit codes: " + string.Join("; ", verb.Exits.Select(exit => exit.Text)));
        }
        return page.ToString();
    }

    /// <summary>All groups have their text in the same column.</summary>
    private static void Group(PageText page, VerbKind kind, string title)
    {
        page.Blank();
        page.Paragraph(title);
        PageRow[] all = [.. VerbTable.Visible.Select(verb => new PageRow($"{Program} {verb.Usage}", verb.Summary))];
        page.Columns([.. all.Where((_, at) => VerbTable.Visible[at].Kind == kind)], all.Max(row => row.Words.Length));
    }

    private static PageRow[] Rows(VerbEntry verb) =>
        [.. verb.Options.Select(option => new PageRow(option.Label, option.Text))];
}
