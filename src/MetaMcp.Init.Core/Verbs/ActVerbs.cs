namespace MetaMcp.Init.Core.Verbs;

/// <summary>Rows of verbs that change something that stays.</summary>
internal static class ActVerbs
{
    public static readonly VerbEntry Intercept = new(
        "intercept", VerbKind.Act, "intercept --install", "put links to mcp-init in the place of npx and uvx, in an image")
    {
        Lead = "put links to mcp-init in the place of npx and uvx, so that the servers that they start are launched through mcp-init " +
            "also where a gateway makes a PATH of its own. For a RUN of a Dockerfile, after the last npm or uv.",
        Synopses =
        [
            new("intercept --install [npx] [uvx]", "in every directory of PATH; both where they are, without names"),
            new("intercept --uninstall [npx] [uvx]", "the originals again"),
        ],
        Operands =
        [
            new("RUNNER")
            {
                Most = int.MaxValue,
                Choices = ["npx", "uvx"],
                Otherwise = "cannot be intercepted: only npx and uvx say on their command line which package they start",
            },
        ],
        Options =
        [
            new("--install", null, "put the links in place; a second call changes nothing"),
            new("--uninstall", null, "put the originals in place"),
        ],
        Paragraphs =
        [
            "Each original stays beside its link, as DIR/npx.mcp-init-original; DIR/mcp-init-originals/npx is a link to it, by which it " +
            "keeps its name. What starts no package (npx --version) is executed as it is, and so is everything where no mcp-init runs.",
        ],
        Exits =
        [
            new("0", "done, or done before"),
            new("1", "a program is not there, or a directory cannot be written"),
            new("100", "the command line is wrong"),
        ],
    };
}
