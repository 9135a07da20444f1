namespace MetaMcp.Init.Core.Verbs;

/// <summary>Rows of verbs that write texts made from this table.</summary>
internal static class TextVerbs
{
    private static readonly ExitMeaning WrongLine = new("100", "the command line is wrong");

    public static readonly VerbEntry Help = new(
        "help", VerbKind.Look, "help [VERB]", "show what a verb takes; all verbs without one")
    {
        Operands = [new("VERB", WordKind.Verb)],
        Exits = [new("0", "shown"), new("100", "there is no such verb")],
    };

    public static readonly VerbEntry Completion = new(
        "completion", VerbKind.Look, "completion SHELL", "write the completion of bash, zsh or fish to stdout")
    {
        Operands = [new("SHELL") { Required = true, Choices = ["bash", "zsh", "fish"] }],
        Paragraphs =
        [
            "bash: source <(mcp-init completion bash), or the text as the file mcp-init in /usr/share/bash-completion/completions",
            "zsh: the text as the file _mcp-init in a directory of fpath",
            "fish: mcp-init completion fish | source, or the text as the file mcp-init.fish in ~/.config/fish/completions",
        ],
        Exits = [new("0", "written"), WrongLine],
    };

    public static readonly VerbEntry Manual = new(
        "manual", VerbKind.Look, "manual", "write the manual page mcp-init(8) to stdout")
    {
        Paragraphs =
        [
            "to read it: mcp-init manual | man -l -",
            "to install it: the text as the file /usr/local/share/man/man8/mcp-init.8",
        ],
        Exits = [new("0", "written"), WrongLine],
    };
}
