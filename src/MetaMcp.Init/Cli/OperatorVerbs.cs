using System.CommandLine;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Cli;

/// <summary>Everything that is not on the way to a service's first instruction: help, version, check, plan.</summary>
internal static class OperatorVerbs
{
    public static int Invoke(string[] args)
    {
        if (args is ["--version"])
            return Say($"mcp-init {HelpText.Version}");
        if (args is [] or ["--help" or "-h" or "help"])
            return Say(HelpText.Usage);

        var file = new Argument<string?>("FILE")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = $"the file; without it {ConfigLocator.Variable}, /etc/mcp-init.toml, ./mcp-init.toml",
        };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "the same" };
        var json = new Option<bool>("--json") { Description = "as one JSON document" };
        var dot = new Option<bool>("--dot") { Description = "the graph, for Graphviz: mcp-init plan --dot | dot -Tsvg" };

        var check = new Command("check", "Say everything that is wrong with a file: exit 0 where it can be run, else 100.") { file, config };
        check.SetAction(given => CheckVerb.Run(given.GetValue(file) ?? given.GetValue(config)));
        var plan = new Command("plan", "Show what would start and stop when, with limits and timeouts.") { file, config, json, dot };
        plan.SetAction(given => PlanVerb.Run(given.GetValue(file) ?? given.GetValue(config), given.GetValue(json), given.GetValue(dot)));

        file.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: ['-', ..] unknown }, ..])
                given.AddError($"unknown option {Quoted.Text(unknown)}{Suggestion.For(unknown, ["--config", "--json", "--dot", "--help"])}");
        });

        var root = new RootCommand("mcp-init") { check, plan };
        if (!root.Subcommands.Any(c => c.Name == args[0]))
            return Refuse($"unknown verb {Quoted.Text(args[0])}{Suggestion.For(args[0], ["run", "exec", "probe", "check", "plan", "--help", "--version"])}");
        var result = root.Parse(args);
        return result.Errors.Count == 0 ? result.Invoke() : Refuse(result.Errors[0].Message);
    }

    private static int Refuse(string message)
    {
        Page.Error($"mcp-init: {message.TrimEnd('.')} (mcp-init --help says more)");
        return ExitCodes.Configuration;
    }

    private static int Say(string text)
    {
        Page.Out(text + "\n");
        return ExitCodes.Success;
    }
}
