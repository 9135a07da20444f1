using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>
/// The one table of verbs. A new verb is a row here, and its action in <c>OperatorVerbs</c> of the executable, or in <c>Program.cs</c> if
/// it is hot. A test finds a row without an action.
/// </summary>
public static class VerbTable
{
    /// <summary>In the order of the lists.</summary>
    public static readonly ImmutableArray<VerbEntry> All =
    [
        RunVerbs.Run, RunVerbs.PassThrough, ExecRow.Exec, RunVerbs.Launch,
        WindowVerbs.Status, WindowVerbs.Ps, WindowVerbs.Top, WindowVerbs.Events, WindowVerbs.Logs, WindowVerbs.Health, WindowVerbs.IsReady,
        WindowVerbs.Wait, WindowVerbs.Metrics,
        OperatorActs.Start, OperatorActs.Stop, OperatorActs.Restart, OperatorActs.Signal, OperatorActs.Reload, OperatorActs.Shutdown,
        LookVerbs.Check, LookVerbs.Plan, LookVerbs.Doctor, LookVerbs.Probe,
        RunVerbs.Serve,
        ActVerbs.Intercept,
        TextVerbs.Help, TextVerbs.Completion, TextVerbs.Manual,
        HiddenVerbs.Names, HiddenVerbs.Discard, HiddenVerbs.Draw, HiddenVerbs.Measure, HiddenVerbs.Place, HiddenVerbs.Read,
    ];

    public static readonly ImmutableArray<VerbEntry> Visible = [.. All.Where(verb => verb.IsVisible)];

    internal const string About =
        "the first process of a container. It starts the services of a file, in order, watches them, and stops them, in order and in time.";

    internal const string FileOrder = "--config FILE, else MCP_INIT_CONFIG, else /etc/mcp-init.toml, else ./mcp-init.toml";

    /// <summary>Options that stand in the place of a verb, beside those of <c>run</c> and of <c>--</c>.</summary>
    internal static readonly ImmutableArray<VerbOption> InPlaceOfVerb =
    [
        new("--help", null, "show all verbs") { Alias = "-h" },
        new("--version", null, "show the version"),
    ];

    /// <summary>What the codes of all verbs have in common.</summary>
    internal static readonly ImmutableArray<ExitMeaning> Exits =
    [
        new("the command's own", "or 128 and the signal that ended it"),
        new("100", "the configuration or the command line is wrong"),
        new("111", "the system refused"),
        new("126", "not executable"),
        new("127", "not found"),
        new("141", "nothing reads the output any more"),
    ];

    /// <summary>Of all rows, the hidden ones too.</summary>
    public static VerbEntry? Find(string name)
    {
        foreach (var verb in All)
            if (verb.Name == name)
                return verb;
        return null;
    }

    /// <summary>The error for a word that is no verb, with the verb or option that was meant, if one is near.</summary>
    public static string Unknown(string word) =>
        $"unknown verb {Quoted.Text(word)}{Suggestion.For(word, [.. Names, .. InPlaceOfVerb.Select(option => option.Name)])}";

    /// <summary>The visible verbs that are words.</summary>
    internal static IEnumerable<string> Names => Visible.Select(verb => verb.Name).Where(name => name != RunVerbs.PassThrough.Name);
}
