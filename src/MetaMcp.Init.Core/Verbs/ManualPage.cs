namespace MetaMcp.Init.Core.Verbs;

/// <summary>The manual page mcp-init(8), for <c>man</c> and <c>mandoc</c>: macros of man(7) and characters of ASCII only.</summary>
public static class ManualPage
{
    public static string Of(string version)
    {
        var page = new RoffText();
        page.Macro("TH", "MCP-INIT", "8", "", $"mcp-init {version}", "System Administration");
        page.Macro("SH", "NAME");
        page.Line("mcp-init \\- init, supervisor and launcher of MCP servers for containers");
        page.Macro("SH", "SYNOPSIS");
        foreach (var verb in VerbTable.Visible)
            foreach (var form in verb.Forms)
            {
                page.Macro("B", HelpPage.Program);
                page.Text(form.Words);
                page.Macro("br");
            }
        page.Macro("SH", "DESCRIPTION");
        page.Text($"{HelpPage.Program} is {VerbTable.About}");
        page.Macro("SH", "VERBS");
        foreach (var verb in VerbTable.Visible)
            Append(page, verb);
        page.Macro("SH", "FILES");
        page.Text($"The configuration: {VerbTable.FileOrder}.");
        page.Macro("SH", "EXIT STATUS");
        foreach (var exit in VerbTable.Exits)
            page.Entry(exit.Code, exit.Meaning);
        page.Macro("SH", "SEE ALSO");
        page.Text("capabilities(7), cgroups(7), namespaces(7), signal(7)");
        return page.ToString();
    }

    private static void Append(RoffText page, VerbEntry verb)
    {
        page.Macro("SS", verb.Usage);
        page.Text(Sentence(verb.Lead));
        foreach (var form in verb.Synopses)
            if (form.Meaning.Length > 0)
                page.Entry($"{HelpPage.Program} {form.Words}", form.Meaning);
        foreach (var option in verb.Options)
            page.Entry(option.Label, option.Text);
        foreach (var paragraph in verb.Paragraphs)
        {
            page.Macro("PP");
            page.Text(Sentence(paragraph));
        }
        if (verb.Exits.IsEmpty)
            return;
        page.Macro("PP");
        page.Text("Exit codes: " + string.Join("; ", verb.Exits.Select(exit => exit.Text)) + ".");
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
